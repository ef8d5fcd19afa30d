package dev.ocifs.layerfs.codec;

import java.io.IOException;

/** The literal/length and distance codes of a block (RFC 1951, 3.2.6 and 3.2.7). */
final class HuffmanCodes {

  private static final int LITLEN_BITS = 11;
  private static final int DIST_BITS = 9;
  private static final int CODE_LENGTH_BITS = 7;

  /** Table sizes that zlib's enough.c finds for 288 and 32 symbols of up to 15 bits. */
  private static final int LITLEN_SIZE = 2342;

  private static final int DIST_SIZE = 594;

  static final int LITLEN_MASK = (1 << LITLEN_BITS) - 1;
  static final int DIST_MASK = (1 << DIST_BITS) - 1;

  /** The order in which code lengths of the code for code lengths are sent. */
  private static final byte[] CODE_LENGTH_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  final HuffmanTable litlen =
      new HuffmanTable(LITLEN_BITS, LITLEN_SIZE, HuffmanTable.LITERALS_AND_LENGTHS);
  final HuffmanTable dist = new HuffmanTable(DIST_BITS, DIST_SIZE, HuffmanTable.DISTANCES);
  private final HuffmanTable codeLength =
      new HuffmanTable(CODE_LENGTH_BITS, 1 << CODE_LENGTH_BITS, HuffmanTable.CODE_LENGTHS);
  private final byte[] lengths = new byte[288 + 32];

  private boolean tablesAreFixed;

  /** Takes the codes of a block with fixed codes. */
  void useFixed() {
    if (tablesAreFixed) {
      return;
    }
    for (int i = 0; i < 288; i++) {
      lengths[i] = (byte) (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    }
    litlen.build(lengths, 0, 288, false);
    for (int i = 0; i < 32; i++) {
      lengths[i] = 5;
    }
    dist.build(lengths, 0, 32, false);
    tablesAreFixed = true;
  }

  /** Reads the codes of a block that sends its own. */
  void readDynamic(BitInput in) throws IOException {
    tablesAreFixed = false;
    int litlens = in.take(5) + 257;
    int dists = in.take(5) + 1;
    int codeLengths = in.take(4) + 4;
    if (litlens > 286 || dists > 30) {
      throw in.corrupt("too many length or distance symbols");
    }
    for (int i = 0; i < CODE_LENGTH_ORDER.length; i++) {
      lengths[CODE_LENGTH_ORDER[i]] = (byte) (i < codeLengths ? in.take(3) : 0);
    }
    if (!codeLength.build(lengths, 0, CODE_LENGTH_ORDER.length, false)) {
      throw in.corrupt("invalid code lengths");
    }
    readLengths(in, litlens + dists);
    if (lengths[256] == 0) {
      throw in.corrupt("no code for the end of a block");
    }
    if (!litlen.build(lengths, 0, litlens, true)) {
      throw in.corrupt("invalid literal and length codes");
    }
    if (!dist.build(lengths, litlens, dists, true)) {
      throw in.corrupt("invalid distance codes");
    }
  }

  private void readLengths(BitInput in, int n) throws IOException {
    int i = 0;
    while (i < n) {
      in.refill();
      int entry = codeLength.entries[(int) in.bits & ((1 << CODE_LENGTH_BITS) - 1)];
      in.bits >>>= entry;
      in.count -= entry & 63;
      int symbol = entry >>> 16;
      if (symbol < 16) {
        lengths[i++] = (byte) symbol;
        continue;
      }
      byte value = 0;
      int repeat;
      if (symbol == 16) {
        if (i == 0) {
          throw in.corrupt("repeats a code length before the first");
        }
        value = lengths[i - 1];
        repeat = 3 + in.take(2);
      } else {
        repeat = symbol == 17 ? 3 + in.take(3) : 11 + in.take(7);
      }
      if (repeat > n - i) {
        throw in.corrupt("repeats a code length beyond the last");
      }
      for (; repeat > 0; repeat--) {
        lengths[i++] = value;
      }
    }
  }
}
