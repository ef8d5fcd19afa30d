package dev.ocifs.layerfs.index;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The checksum of the span that goes by, and its digest where that is wanted. */
final class SpanSum {
  private final CRC32C crc = new CRC32C();
  private final @Nullable Hasher hasher;

  SpanSum(boolean digests) {
    hasher = digests ? Hasher.of(Digest.Algorithm.SHA256) : null;
  }

  void update(byte[] bytes, int off, int len) {
    crc.update(bytes, off, len);
    if (hasher != null) {
      hasher.update(bytes, off, len);
    }
  }

  /** Ends the span, and begins anew. */
  void end(LayerIndexWriter writer) {
    writer.endSpan((int) crc.getValue(), hasher == null ? null : hasher.bytes());
    crc.reset();
  }
}
