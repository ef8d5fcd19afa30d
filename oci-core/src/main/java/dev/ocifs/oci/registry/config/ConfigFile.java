package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of configuration and what it holds, of at most {@link #MAX_BYTES}. Immutable. Its text may
 * hold secrets, and is never printed.
 */
record ConfigFile(Path path, String text) {

  /** Longest file that is read, in bytes. Files of this kind have a few thousand. */
  static final int MAX_BYTES = 1 << 20;

  /**
   * Reads a file, if there is one.
   *
   * @throws OcifsException {@code IO} when it cannot be read, {@code USAGE} when it is too long or
   *     no UTF-8
   */
  static Optional<ConfigFile> read(Path path) throws OcifsException {
    Optional<byte[]> bytes = readBytes(path, MAX_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.get())).toString();
      return Optional.of(new ConfigFile(path, text));
    } catch (CharacterCodingException e) {
      throw wrong(path, "it is not UTF-8");
    }
  }

  /** Reads a file that the user names, so that there has to be one. */
  static ConfigFile readNamed(Path path, String namedBy) throws OcifsException {
    return read(path)
        .orElseThrow(
            () ->
                new OcifsException(OcifsException.Kind.USAGE, path + ": no such file")
                    .hint("correct or remove " + namedBy));
  }

  /** The bytes of a file, if there is one. */
  static Optional<byte[]> readBytes(Path path, int maxBytes) throws OcifsException {
    if (Files.isDirectory(path)) {
      throw wrong(path, "it is a directory, not a file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw wrong(path, "it is longer than " + maxBytes + " bytes");
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      if (isBelowFile(path)) {
        return Optional.empty();
      }
      throw new OcifsException(OcifsException.Kind.IO, path + " cannot be read", e)
          .hint("look at its permissions");
    }
  }

  /** Whether there cannot be a file, as one of the folders above it is a file: errno ENOTDIR. */
  private static boolean isBelowFile(Path path) {
    Path above = path.toAbsolutePath().getParent();
    while (above != null && Files.notExists(above)) {
      above = above.getParent();
    }
    return above != null && Files.isRegularFile(above);
  }

  /** An error about what the file holds; must not repeat anything that may be a secret. */
  OcifsException wrong(String what) {
    return wrong(path, what);
  }

  static OcifsException wrong(Path path, String what) {
    return new OcifsException(OcifsException.Kind.USAGE, path + ": " + what)
        .hint("correct this file");
  }

  /** Names the file only. */
  @Override
  public String toString() {
    return "ConfigFile[" + path + "]";
  }
}
