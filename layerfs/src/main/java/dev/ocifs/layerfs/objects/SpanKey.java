package dev.ocifs.layerfs.objects;

import dev.ocifs.oci.Digest;

/**
 * Names a span by its content: so many bytes from a position of the content with a digest. Two
 * blobs of one layer, in whatever images and however compressed, name the same bytes the same way.
 *
 * @param diffId of the uncompressed layer
 * @param start the first byte in it, not negative
 * @param length bytes of the span, at least 1
 */
public record SpanKey(Digest diffId, long start, int length) {
  public SpanKey {
    if (start < 0 || length < 1) {
      throw new IllegalArgumentException("no span: " + length + " bytes from " + start);
    }
  }
}
