package dev.ocifs.layerfs.objects;

/**
 * Where decoded spans are looked for before they are decoded again. A tier of derived data: neither
 * method fails or waits for a write, and whatever is wrong with it is a miss. Thread-safe.
 */
public interface SpanStore {

  /** Has nothing and keeps nothing. */
  SpanStore NONE =
      new SpanStore() {
        @Override
        public boolean find(SpanKey key, int crc, byte[] dst) {
          return false;
        }

        @Override
        public void offer(SpanKey key, int crc, byte[] content, boolean usedBefore) {}
      };

  /**
   * Fills {@code dst} from 0 with the bytes of a span, if they are here and have this checksum.
   *
   * @param crc the CRC-32C that the layer's index has for the span
   * @param dst of at least the span's length; when this returns false any of it may have changed
   */
  boolean find(SpanKey key, int crc, byte[] dst);

  /**
   * Says that a span was decoded. It is kept when this is not the first use that is known of.
   *
   * @param crc the CRC-32C of the span, which the caller has compared
   * @param content begins with the bytes of the span; nobody changes them from now on
   * @param usedBefore whether the span was used before, by an earlier mount for instance
   */
  void offer(SpanKey key, int crc, byte[] content, boolean usedBefore);
}
