package dev.ocifs.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders of benchmarks, which leave nothing behind. */
public final class Folders {
  private Folders() {}

  /** Makes a folder on the disk that builds are on: the temporary folder may be memory. */
  public static Path onDisk(String prefix) throws IOException {
    return Files.createTempDirectory(Path.of("").toAbsolutePath(), prefix);
  }

  /** Deletes a folder and all in it. */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}
