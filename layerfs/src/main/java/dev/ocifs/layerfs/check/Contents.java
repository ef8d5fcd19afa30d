package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.index.TarHasher;
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
    read(file, Long.MAX_VALUE, hasher::update);
    return differs(hasher.digest(), promised);
  }

  /** What is wrong with so many first bytes of a file, if they are no tar with this diffID. */
  static Optional<String> tarFault(Path file, Digest promised, long bytes) throws IOException {
    TarHasher hasher = new TarHasher(promised.algorithm());
    read(file, bytes, hasher::update);
    return differs(hasher.digest(promised), promised);
  }

  /** Takes {@code bytes[off, off + len)}. */
  @FunctionalInterface
  private interface Update {
    void update(byte[] bytes, int off, int len);
  }

  private static void read(Path file, long bytes, Update hasher) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      long left = bytes;
      for (int n = in.read(buffer); n >= 0 && left > 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, (int) Math.min(n, left));
        left -= n;
      }
    }
  }

  private static Optional<String> differs(Digest found, Digest promised) {
    return found.equals(promised)
        ? Optional.empty()
        : Optional.of("its content has the digest " + found + ", not " + promised);
  }
}
