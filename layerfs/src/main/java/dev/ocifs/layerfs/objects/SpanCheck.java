package dev.ocifs.layerfs.objects;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks at the files of decoded spans as a check of the store does. Thread-safe. */
public final class SpanCheck {

  /** The CRC-32C that a layer's index has for a span, if it has that span. */
  @FunctionalInterface
  public interface Checksums {
    OptionalInt of(SpanKey key) throws OcifsException;
  }

  private SpanCheck() {}

  /** The layer that a folder of spans is named after, if it is one. */
  public static Optional<Digest> layer(Path folder) {
    return ObjectFiles.layer(folder);
  }

  /**
   * Whether a file is whole, of this layer, and what the index says.
   *
   * @throws IOException when it cannot be read
   */
  public static boolean isSound(Path file, Digest diffId, Checksums checksums) throws IOException {
    Optional<SpanKey> key = ObjectFiles.key(file, diffId);
    if (key.isEmpty()) {
      return false;
    }
    OptionalInt crc = checksums.of(key.get());
    return ObjectFile.isSound(file, key.get(), crc);
  }
}
