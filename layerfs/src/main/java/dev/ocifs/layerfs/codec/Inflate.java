package dev.ocifs.layerfs.codec;

import static dev.ocifs.layerfs.codec.BitInput.WORD;
import static dev.ocifs.layerfs.codec.HuffmanCodes.DIST_MASK;
import static dev.ocifs.layerfs.codec.HuffmanCodes.LITLEN_MASK;
import static dev.ocifs.layerfs.codec.HuffmanTable.END_OF_BLOCK;
import static dev.ocifs.layerfs.codec.HuffmanTable.EXCEPTIONAL;
import static dev.ocifs.layerfs.codec.HuffmanTable.SUBTABLE;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes DEFLATE data (RFC 1951) and can stop, and begin, behind any symbol of any block.
 *
 * <p>The JDK's Inflater decodes half as fast and knows no place inside a stream but its beginning;
 * hence this class. Its design:
 *
 * <ul>
 *   <li>Output goes straight into the caller's array, which also is the history. No state but the
 *       rest of a match that met the limit lies between two calls.
 *   <li>{@link #huffmanFast} runs while the longest step (three literals or a match) fits into the
 *       room and the input at hand, so that it checks neither. It keeps the bit buffer in locals,
 *       refills it without a branch, looks up the next symbol before it copies a match, and copies
 *       in words of eight bytes. {@link #huffmanCareful} does one symbol after the other with all
 *       checks, and takes over at the ends.
 *   <li>The end of the input is padded with zeros; who has decoded some of them finds out by {@link
 *       BitInput#overrun} before the output is handed on.
 *   <li>Distances are checked against the output of the member, codes against their tables when
 *       they are built: so no index leaves its array, whatever the input.
 * </ul>
 */
final class Inflate {

  /** Bits of the longest distance code with its extra bits. */
  private static final int LONGEST_DISTANCE_BITS = 15 + 13;

  /** Output of one turn of the fast loop: three literals, or two and a match. */
  private static final int TURN_OUT_BYTES = 2 + 258;

  /** Input that one turn of the fast loop may load: three words, overlapping by a byte. */
  private static final int TURN_IN_BYTES = 24;

  /** Input of the longest block header, and some. */
  private static final int HEADER_IN_BYTES = 600;

  private static final int WINDOW_BYTES = LayerDecoder.HISTORY_BYTES;

  private static final String INVALID_CODE = "invalid literal or length code";
  private static final String INVALID_DISTANCE = "invalid distance code";
  private static final String TOO_FAR = "distance reaches before the beginning of the data";

  private enum State {
    BLOCK_HEADER,
    STORED,
    HUFFMAN,
    END
  }

  private final BitInput in;
  private final HuffmanCodes codes = new HuffmanCodes();

  private State state = State.END;
  private boolean lastBlock;
  private long headerBit;
  private int storedLeft;
  private int matchLeft;
  private int matchDistance;
  private long history;
  private @Nullable WindowUse use;
  private long useHistory;

  /** Where the window whose use is recorded ends in the output array; far below where none is. */
  private int windowEnd;

  Inflate(BitInput in) {
    this.in = in;
  }

  /** Forgets the stream and its history. */
  void reset() {
    begin();
    state = State.END;
  }

  /** Begins a stream at the next bit of the input. */
  void begin() {
    state = State.BLOCK_HEADER;
    lastBlock = false;
    matchLeft = 0;
    history = 0;
    use = null;
  }

  /**
   * Begins inside a stream. The input stands at {@code checkpoint.headerBit()}; afterwards it is to
   * be moved to {@code checkpoint.inBit()}.
   */
  void resume(Checkpoint checkpoint) throws IOException {
    begin();
    history = checkpoint.window().length;
    if (checkpoint.inBit() != checkpoint.headerBit()) {
      readBlockHeader();
      if (state == State.STORED) {
        storedLeft = checkpoint.storedLeft();
      }
    }
  }

  /** Whether the stream is complete; the input then stands at a byte boundary. */
  boolean atEnd() {
    return state == State.END && matchLeft == 0;
  }

  /** Whether a checkpoint can be placed here: in the stream, and not inside a match. */
  boolean canResumeHere() {
    return state != State.END && matchLeft == 0;
  }

  /**
   * A checkpoint for this place.
   *
   * @param out the output so far ends before {@code end}
   */
  Checkpoint checkpoint(long outPos, byte[] out, int end) {
    long inBit = in.bitPos();
    byte[] window = new byte[(int) Math.min(history, WINDOW_BYTES)];
    System.arraycopy(out, end - window.length, window, 0, window.length);
    return new Checkpoint(
        outPos,
        inBit,
        state == State.BLOCK_HEADER ? inBit : headerBit,
        Checkpoint.Kind.BLOCK,
        state == State.STORED ? storedLeft : 0,
        window);
  }

  /** Begins to record what refers to the window of a checkpoint that is placed here. */
  void record(WindowUse windowUse) {
    use = windowUse;
    useHistory = history;
  }

  /**
   * Decodes into {@code out[from, limit)} until the first place at or behind {@code stop} where a
   * symbol ends, the limit, or the end of the stream.
   *
   * @return the end of the output
   */
  int decode(byte[] out, int from, int stop, int limit) throws IOException {
    int floor = from - (int) Math.min(history, WINDOW_BYTES);
    if (history - useHistory >= WINDOW_BYTES) {
      use = null;
    }
    windowEnd = use == null ? Integer.MIN_VALUE : from - (int) (history - useHistory);
    int o = matchLeft > 0 ? match(out, from, limit, matchDistance, matchLeft) : from;
    while (o < stop && state != State.END) {
      switch (state) {
        case BLOCK_HEADER -> readBlockHeader();
        case STORED -> o = stored(out, o, stop);
        default -> o = huffman(out, floor, o, stop, limit);
      }
    }
    history += o - from;
    return o;
  }

  private void endBlock() {
    if (lastBlock) {
      state = State.END;
      in.align();
    } else {
      state = State.BLOCK_HEADER;
    }
  }

  private void readBlockHeader() throws IOException {
    in.fill(HEADER_IN_BYTES);
    headerBit = in.bitPos();
    lastBlock = in.take(1) == 1;
    switch (in.take(2)) {
      case 0 -> readStoredHeader();
      case 1 -> {
        codes.useFixed();
        state = State.HUFFMAN;
      }
      case 2 -> {
        codes.readDynamic(in);
        state = State.HUFFMAN;
      }
      default -> throw in.corrupt("block of the reserved type");
    }
    if (in.overrun()) {
      throw in.truncated();
    }
  }

  private void readStoredHeader() throws IOException {
    in.align();
    int len = in.take(16);
    int complement = in.take(16);
    in.align();
    if (len != (complement ^ 0xffff)) {
      throw in.corrupt("length of a stored block and its complement differ");
    }
    storedLeft = len;
    state = State.STORED;
  }

  private int stored(byte[] out, int from, int stop) throws IOException {
    if (storedLeft == 0) {
      endBlock();
      return from;
    }
    in.fill(1);
    int n = Math.min(Math.min(storedLeft, stop - from), in.end - in.pos);
    if (n <= 0) {
      throw in.truncated();
    }
    System.arraycopy(in.buf, in.pos, out, from, n);
    in.pos += n;
    storedLeft -= n;
    return from + n;
  }

  private int huffman(byte[] out, int floor, int from, int stop, int limit) throws IOException {
    int o = from;
    while (o < stop && state == State.HUFFMAN) {
      in.fill(TURN_IN_BYTES);
      if (stop - o > TURN_OUT_BYTES && in.end - in.pos >= TURN_IN_BYTES) {
        o = huffmanFast(out, floor, o, stop - TURN_OUT_BYTES);
      } else {
        o = huffmanCareful(out, floor, o, limit);
      }
    }
    return o;
  }

  /** Decodes until the output reaches {@code outEnd}, the input runs low or the block ends. */
  private int huffmanFast(byte[] out, int floor, int from, int outEnd) throws OcifsException {
    final int[] litlens = codes.litlen.entries;
    final int[] dists = codes.dist.entries;
    final byte[] buf = in.buf;
    final int inEnd = in.end - TURN_IN_BYTES;
    final int watched = Math.max(floor, windowEnd);
    int pos = in.pos;
    long bits = in.bits;
    int count = in.count;
    int o = from;
    boolean blockEnd = false;
    @Nullable String fault = null;

    // From here on only the low six bits of the count are meant.
    bits |= (long) WORD.get(buf, pos) << count;
    pos += (63 - count) >>> 3;
    count |= 56;
    int entry = litlens[(int) bits & LITLEN_MASK];
    while (true) {
      // 56 bits or more are in hand; three literals take up to 33 of them, a length up to 20.
      long before = bits;
      bits >>>= entry;
      count -= entry;
      if (entry < 0) {
        out[o++] = (byte) (entry >>> 16);
        entry = litlens[(int) bits & LITLEN_MASK];
        before = bits;
        bits >>>= entry;
        count -= entry;
        if (entry < 0) {
          out[o++] = (byte) (entry >>> 16);
          entry = litlens[(int) bits & LITLEN_MASK];
          before = bits;
          bits >>>= entry;
          count -= entry;
        }
      }
      if ((entry & EXCEPTIONAL) != 0) {
        if ((entry & SUBTABLE) != 0) {
          entry = litlens[(entry >>> 16) + ((int) bits & ((1 << (entry >>> 8)) - 1))];
          before = bits;
          bits >>>= entry;
          count -= entry;
        }
        if ((entry & EXCEPTIONAL) != 0) {
          blockEnd = (entry & END_OF_BLOCK) != 0;
          fault = blockEnd ? null : INVALID_CODE;
          break;
        }
      }
      if (entry < 0) {
        out[o++] = (byte) (entry >>> 16);
        bits |= (long) WORD.get(buf, pos) << count;
        pos += 7 - ((count >>> 3) & 7);
        count |= 56;
        entry = litlens[(int) bits & LITLEN_MASK];
        if (o >= outEnd || pos > inEnd) {
          break;
        }
        continue;
      }
      int length = (entry >>> 16) + (int) ((before & ~(-1L << entry)) >>> (entry >>> 8));

      if ((count & 63) < LONGEST_DISTANCE_BITS) {
        bits |= (long) WORD.get(buf, pos) << count;
        pos += 7 - ((count >>> 3) & 7);
        count |= 56;
      }
      int d = dists[(int) bits & DIST_MASK];
      if ((d & EXCEPTIONAL) != 0) {
        if ((d & SUBTABLE) != 0) {
          bits >>>= d;
          count -= d;
          d = dists[(d >>> 16) + ((int) bits & ((1 << (d >>> 8)) - 1))];
        }
        if ((d & EXCEPTIONAL) != 0) {
          fault = INVALID_DISTANCE;
          break;
        }
      }
      int distance = (d >>> 16) + (int) ((bits & ~(-1L << d)) >>> (d >>> 8));
      bits >>>= d;
      count -= d;
      if (o - distance < watched && !reaches(o - distance, length, floor)) {
        fault = TOO_FAR;
        break;
      }

      bits |= (long) WORD.get(buf, pos) << count;
      pos += 7 - ((count >>> 3) & 7);
      count |= 56;
      entry = litlens[(int) bits & LITLEN_MASK];
      MatchCopy.copy(out, o, distance, length);
      o += length;
      if (o >= outEnd || pos > inEnd) {
        break;
      }
    }
    in.pos = pos;
    in.bits = bits;
    in.count = count & 63;
    if (fault != null) {
      throw in.corrupt(fault);
    }
    if (blockEnd) {
      endBlock();
    }
    return o;
  }

  /** Decodes one symbol. */
  private int huffmanCareful(byte[] out, int floor, int from, int limit) throws IOException {
    in.refill();
    int entry = symbol(codes.litlen.entries, LITLEN_MASK);
    if (in.overrun()) {
      throw in.truncated();
    }
    if (entry < 0) {
      out[from] = (byte) (entry >>> 16);
      return from + 1;
    }
    if ((entry & EXCEPTIONAL) != 0) {
      if ((entry & END_OF_BLOCK) == 0) {
        throw in.corrupt(INVALID_CODE);
      }
      endBlock();
      return from;
    }
    int length = value(entry);
    in.refill();
    int d = symbol(codes.dist.entries, DIST_MASK);
    if ((d & EXCEPTIONAL) != 0) {
      throw in.corrupt(INVALID_DISTANCE);
    }
    int distance = value(d);
    if (in.overrun()) {
      throw in.truncated();
    }
    if (!reaches(from - distance, length, floor)) {
      throw in.corrupt(TOO_FAR);
    }
    return match(out, from, limit, distance, length);
  }

  /** Whether a match can begin at {@code start}; records it where it begins in the window. */
  private boolean reaches(int start, int length, int floor) {
    if (use != null && floor <= start && start < windowEnd) {
      use.refer(windowEnd - start, length);
    }
    return start >= floor;
  }

  /** Looks up the next code; consumes it where it is exceptional or a literal. */
  private int symbol(int[] table, int mask) {
    int entry = table[(int) in.bits & mask];
    if ((entry & (EXCEPTIONAL | SUBTABLE)) == (EXCEPTIONAL | SUBTABLE)) {
      consume(entry);
      entry = table[(entry >>> 16) + ((int) in.bits & ((1 << (entry >>> 8)) - 1))];
    }
    if (entry < 0 || (entry & EXCEPTIONAL) != 0) {
      consume(entry);
    }
    return entry;
  }

  /** Consumes the code of a length or distance, and its extra bits. */
  private int value(int entry) {
    int value = (entry >>> 16) + (int) ((in.bits & ~(-1L << entry)) >>> (entry >>> 8));
    consume(entry);
    return value;
  }

  private void consume(int entry) {
    in.bits >>>= entry;
    in.count -= entry & 63;
  }

  /** Copies as much of a match as the limit allows, and keeps the rest for the next call. */
  private int match(byte[] out, int from, int limit, int distance, int length) {
    int n = Math.min(length, limit - from);
    MatchCopy.copy(out, from, distance, n);
    matchDistance = distance;
    matchLeft = length - n;
    return from + n;
  }
}
