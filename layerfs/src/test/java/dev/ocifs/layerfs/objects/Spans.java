package dev.ocifs.layerfs.objects;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Spans to keep: names, bytes of several kinds, checksums. */
final class Spans {
  static final Digest LAYER =
      Hasher.hash(Digest.Algorithm.SHA256, "layer".getBytes(StandardCharsets.US_ASCII));

  private Spans() {}

  static SpanKey key(int number, int length) {
    return new SpanKey(LAYER, (long) number << 20, length);
  }

  static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Words, of which zstd takes away more than half. */
  static byte[] text(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder(length + 8);
    while (text.length() < length) {
      text.append(Integer.toString(random.nextInt(100, 140), 36)).append(' ');
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  static int crc(byte[] bytes) {
    return ObjectFile.crcOf(bytes, bytes.length);
  }
}
