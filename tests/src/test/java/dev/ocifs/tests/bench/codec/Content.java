package dev.ocifs.tests.bench.codec;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** What a benchmark compresses: bytes like those that layers hold. */
public enum Content {
  /** Shared libraries and class files of the running JDK. */
  BINARIES {
    @Override
    public byte[] bytes(int size) throws IOException {
      Path lib = Path.of(System.getProperty("java.home"), "lib");
      ByteArrayOutputStream out = new ByteArrayOutputStream(size);
      for (Path file : libraries(lib)) {
        append(out, file, size / 2);
      }
      append(out, lib.resolve("modules"), size);
      return out.toByteArray();
    }
  },

  /** Sources of the running JDK; where it has none, text of words in the proportions of Zipf. */
  TEXT {
    @Override
    public byte[] bytes(int size) throws IOException {
      Path sources = Path.of(System.getProperty("java.home"), "lib", "src.zip");
      return Files.exists(sources) ? unzipped(sources, size) : words(size);
    }
  };

  private static final long SEED = 42;

  /** At most {@code size} bytes, the same on each call with the same JDK. */
  public abstract byte[] bytes(int size) throws IOException;

  private static List<Path> libraries(Path lib) throws IOException {
    try (Stream<Path> files = Files.walk(lib)) {
      return files.filter(f -> f.toString().endsWith(".so")).sorted().toList();
    }
  }

  private static void append(ByteArrayOutputStream out, Path file, int size) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      out.writeBytes(in.readNBytes(Math.max(0, size - out.size())));
    }
  }

  private static byte[] unzipped(Path zip, int size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(size);
    try (ZipFile sources = new ZipFile(zip.toFile())) {
      for (var entries = sources.entries(); entries.hasMoreElements() && out.size() < size; ) {
        try (InputStream in =
            new BufferedInputStream(sources.getInputStream(entries.nextElement()))) {
          out.writeBytes(in.readNBytes(size - out.size()));
        }
      }
    }
    return out.toByteArray();
  }

  private static byte[] words(int size) {
    SplittableRandom random = new SplittableRandom(SEED);
    String[] words = new String[5000];
    for (int i = 0; i < words.length; i++) {
      words[i] =
          Long.toString(random.nextLong(1L << (10 + i / 200)), 36) + (i % 7 == 0 ? "\n" : " ");
    }
    StringBuilder text = new StringBuilder(size + 16);
    while (text.length() < size) {
      text.append(words[(int) Math.pow(words.length, random.nextDouble()) - 1]);
    }
    return text.substring(0, size).getBytes(StandardCharsets.ISO_8859_1);
  }
}
