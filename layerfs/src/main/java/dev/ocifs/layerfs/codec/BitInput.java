package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Compressed bytes as a stream of bits, the lowest of each byte first (RFC 1951, 3.1.1).
 *
 * <p>Between the buffer and the user stand up to 63 bits in {@link #bits}: {@link #count} of them
 * are counted, and above these may stand some that are the next bits of the input already. Behind
 * the last byte of the input the buffer holds zeros, so that decoding may run past the end for a
 * while, and needs to ask {@link #overrun} only now and then.
 *
 * <p>The fields are open to {@link Inflate}, whose inner loop keeps them in registers.
 */
final class BitInput {

  /** Eight bytes of an array as one word, the first byte lowest. */
  static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int CAPACITY = 64 * 1024;

  /** Zeros behind the end: more than the longest block header, 570 bytes. */
  private static final int PADDING = 1024;

  /** Bytes before {@link #pos} that stay in the buffer, as the bits in hand can be given back. */
  private static final int KEPT = 8;

  final byte[] buf = new byte[CAPACITY + PADDING];

  /** Index of the next byte that has not gone into {@link #bits}. */
  int pos;

  /** End of the input in the buffer. */
  int end;

  long bits;

  /** Between calls 0 to 63. */
  int count;

  private LayerDecoder.Input input;
  private long base;
  private boolean eof;

  BitInput(LayerDecoder.Input input) {
    this.input = input;
  }

  /** Goes on with other input, whose first byte is at {@code blobPos}. */
  void reset(LayerDecoder.Input input, long blobPos) {
    this.input = input;
    base = blobPos;
    pos = 0;
    end = 0;
    bits = 0;
    count = 0;
    eof = false;
  }

  /** Makes {@code want} bytes ready from {@link #pos} on, fewer only at the end of the input. */
  void fill(int want) throws IOException {
    if (end - pos < want && !eof) {
      readMore(want);
    }
  }

  private void readMore(int want) throws IOException {
    int drop = Math.max(0, pos - KEPT);
    System.arraycopy(buf, drop, buf, 0, end - drop);
    base += drop;
    pos -= drop;
    end -= drop;
    while (end - pos < want) {
      int n = input.read(buf, end, CAPACITY - end);
      if (n < 0) {
        eof = true;
        Arrays.fill(buf, end, end + PADDING, (byte) 0);
        return;
      }
      end += n;
    }
  }

  /** Brings {@link #count} to 56 or more. */
  void refill() throws IOException {
    fill(Long.BYTES);
    bits |= (long) WORD.get(buf, pos) << count;
    pos += (63 - count) >>> 3;
    count |= 56;
  }

  /** Takes up to 32 bits. */
  int take(int n) throws IOException {
    if (count < n) {
      refill();
    }
    int value = (int) (bits & ((1L << n) - 1));
    bits >>>= n;
    count -= n;
    return value;
  }

  /** Skips to the next byte boundary and gives back the bytes in hand. */
  void align() {
    pos -= count >>> 3;
    bits = 0;
    count = 0;
  }

  /** The next byte, from a byte boundary and with no bits in hand; -1 at the end. */
  int read() throws IOException {
    fill(1);
    return pos < end ? buf[pos++] & 0xff : -1;
  }

  /** Whether more bits have been taken than there are. */
  boolean overrun() {
    return pos - (count >>> 3) > end;
  }

  /** Position in the blob, in bits, of the next bit. */
  long bitPos() {
    return ((base + pos) << 3) - count;
  }

  /** Position in the blob, in bytes, for messages: never behind the end. */
  long bytePos() {
    return Math.min(bitPos() >>> 3, base + end);
  }

  /**
   * The error for data that does not decode; says that it ends too early where that is the cause.
   */
  OcifsException corrupt(String what) {
    return overrun() ? truncated() : Corrupt.at("gzip: " + what, bytePos());
  }

  OcifsException truncated() {
    return Corrupt.at("gzip: ends in the middle of a block", bytePos());
  }

  /** Reads the input to its end. */
  void drain() throws IOException {
    pos = end;
    bits = 0;
    count = 0;
    while (!eof) {
      fill(1);
      pos = end;
    }
  }
}
