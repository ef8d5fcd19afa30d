package dev.ocifs.layerfs.check;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Files that are named by the digest of their content: {@code ALGORITHM/.../HEX}. */
final class Contents {
  private static final int BUFFER_BYTES = 256 * 1024;

  private Contents() {}

  /** The digest that a file name stands for, if it is one. */
  static Optional<Digest> named(String algorithm, Path file) {
    try {
      return Optional.of(Digest.parse(algorithm + ":" + Folders.name(file)));
    } catch (OcifsException e) {
      return Optional.empty();
    }
  }

  /** What is wrong with the content of a file, if it has not this digest. */
  static Optional<String> fault(Path file, Digest promised) throws IOException {
    Hasher hasher = Hasher.of(promised.algorithm());
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, n);
      }
    }
    Digest found = hasher.digest();
    return found.equals(promised)
        ? Optional.empty()
        : Optional.of("its content has the digest " + found + ", not " + promised);
  }
}
