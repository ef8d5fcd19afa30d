package dev.ocifs.layerfs.codec;

import java.util.Arrays;

/**
 * A table that decodes one canonical Huffman code (RFC 1951, 3.2.2) by its next bits.
 *
 * <p>The main part is indexed with the next {@code tableBits} bits. Codes that are longer have an
 * entry there that points to a subtable behind it, indexed with the bits that follow. An entry is
 * an int, laid out so that the shifts of the inner loop need no masks (Java masks shift counts
 * itself):
 *
 * <pre>
 * bits 0-5    bits to consume: those of the code in this (sub)table, and the extra bits
 * bits 8-13   those of the code alone; in a pointer the subtable's index bits
 * bit  13     in an exceptional entry: END_OF_BLOCK
 * bit  14     in an exceptional entry: SUBTABLE
 * bit  15     EXCEPTIONAL; with neither of the two an invalid code
 * bits 16-30  literal, base of the length or distance, start of the subtable
 * bit  31     literal
 * </pre>
 */
final class HuffmanTable {

  static final int EXCEPTIONAL = 1 << 15;
  static final int SUBTABLE = 1 << 14;
  static final int END_OF_BLOCK = 1 << 13;

  private static final int MAX_CODE_BITS = 15;

  /** What stands behind each literal/length symbol; 286 and 287 exist in the fixed code only. */
  static final int[] LITERALS_AND_LENGTHS = literalsAndLengths();

  /** What stands behind each distance symbol; 30 and 31 exist in the fixed code only. */
  static final int[] DISTANCES = distances();

  /** What stands behind each symbol of the code for code lengths: the symbol. */
  static final int[] CODE_LENGTHS = codeLengths();

  final int[] entries;
  private final int tableBits;
  private final int[] symbols;
  private final int[] lengthCounts = new int[MAX_CODE_BITS + 1];
  private final int[] sorted;

  /**
   * @param tableBits index bits of the main part
   * @param size entries of the main part and of all subtables that a code can need
   * @param symbols the entry of each symbol, without the bits of its code
   */
  HuffmanTable(int tableBits, int size, int[] symbols) {
    this.tableBits = tableBits;
    this.entries = new int[size];
    this.symbols = symbols;
    this.sorted = new int[symbols.length];
  }

  /**
   * Fills the table for a code.
   *
   * @param lengths bits of the code of symbol {@code i} at {@code offset + i}, 0 where it has none
   * @param mayBeIncomplete whether a single code of one bit will do, or none at all
   * @return whether the lengths make a code
   */
  boolean build(byte[] lengths, int offset, int n, boolean mayBeIncomplete) {
    count(lengths, offset, n);
    int unused = 1;
    int longest = 0;
    int used = 0;
    for (int len = 1; len <= MAX_CODE_BITS; len++) {
      int c = lengthCounts[len];
      unused = (unused << 1) - c;
      if (unused < 0) {
        return false;
      }
      if (c != 0) {
        longest = len;
        used += c;
      }
    }
    sort(lengths, offset, n);
    if (unused > 0) {
      return mayBeIncomplete && longest <= 1 && buildIncomplete(used);
    }
    fill();
    return true;
  }

  /** By itself, as the compiler else makes all that follows once more for the end of this loop. */
  private void count(byte[] lengths, int offset, int n) {
    Arrays.fill(lengthCounts, 0);
    for (int i = 0; i < n; i++) {
      lengthCounts[lengths[offset + i]]++;
    }
  }

  /** Sorts the symbols that have a code by length, then value: the order of their codes. */
  private void sort(byte[] lengths, int offset, int n) {
    int[] next = new int[MAX_CODE_BITS + 2];
    for (int len = 1; len <= MAX_CODE_BITS; len++) {
      next[len + 1] = next[len] + lengthCounts[len];
    }
    for (int i = 0; i < n; i++) {
      int len = lengths[offset + i];
      if (len != 0) {
        sorted[next[len]++] = i;
      }
    }
  }

  private boolean buildIncomplete(int used) {
    int invalid = EXCEPTIONAL | 1;
    int zero = used == 0 ? invalid : symbols[sorted[0]] + (1 << 8) + 1;
    for (int i = 0; i < 1 << tableBits; i += 2) {
      entries[i] = zero;
      entries[i + 1] = invalid;
    }
    return true;
  }

  /**
   * Enters the codes in their order, each with its bits reversed. While codes are no longer than
   * the index, the table is as large as the current length needs, and is doubled with the length.
   */
  private void fill() {
    int code = 0;
    int len = 1;
    int next = 0;
    int filled = 2;
    for (; len <= tableBits; len++) {
      int consumed = (len << 8) + len;
      for (int c = lengthCounts[len]; c > 0; c--) {
        entries[code] = symbols[sorted[next++]] + consumed;
        if (code == filled - 1) {
          replicate(filled);
          return;
        }
        code = successor(code, filled);
      }
      if (len < tableBits) {
        System.arraycopy(entries, 0, entries, filled, filled);
        filled <<= 1;
      }
    }
    fillSubtables(code, next);
  }

  private void replicate(int filled) {
    for (int n = filled; n < 1 << tableBits; n <<= 1) {
      System.arraycopy(entries, 0, entries, n, n);
    }
  }

  private void fillSubtables(int firstCode, int firstSymbol) {
    int mask = (1 << tableBits) - 1;
    int code = firstCode;
    int next = firstSymbol;
    int prefix = -1;
    int start = 0;
    int end = 1 << tableBits;
    for (int len = tableBits + 1; len <= MAX_CODE_BITS; len++) {
      int deep = len - tableBits;
      int consumed = (deep << 8) + deep;
      for (int c = lengthCounts[len]; c > 0; c--) {
        if ((code & mask) != prefix) {
          prefix = code & mask;
          start = end;
          int bits = subtableBits(len, c);
          end = start + (1 << bits);
          entries[prefix] = EXCEPTIONAL | SUBTABLE | start << 16 | bits << 8 | tableBits;
        }
        int entry = symbols[sorted[next++]] + consumed;
        for (int i = start + (code >>> tableBits); i < end; i += 1 << deep) {
          entries[i] = entry;
        }
        code = successor(code, 1 << len);
      }
    }
  }

  /** Index bits of the subtable that begins with a code of {@code len} bits, {@code c} left. */
  private int subtableBits(int len, int c) {
    int bits = len - tableBits;
    int room = c;
    while (room < 1 << bits) {
      bits++;
      room = (room << 1) + lengthCounts[tableBits + bits];
    }
    return bits;
  }

  /** The next code of the same length: adds one to the reversed bits. */
  private static int successor(int code, int size) {
    int zero = Integer.highestOneBit(~code & (size - 1));
    return (code & (zero - 1)) | zero;
  }

  private static int[] literalsAndLengths() {
    int[] symbols = new int[288];
    for (int i = 0; i < 256; i++) {
      symbols[i] = 1 << 31 | i << 16;
    }
    symbols[256] = EXCEPTIONAL | END_OF_BLOCK;
    int base = 3;
    for (int i = 0; i < 28; i++) {
      int extra = i < 8 ? 0 : i / 4 - 1;
      symbols[257 + i] = base << 16 | extra;
      base += 1 << extra;
    }
    symbols[285] = 258 << 16;
    symbols[286] = EXCEPTIONAL;
    symbols[287] = EXCEPTIONAL;
    return symbols;
  }

  private static int[] distances() {
    int[] symbols = new int[32];
    int base = 1;
    for (int i = 0; i < 30; i++) {
      int extra = i < 4 ? 0 : i / 2 - 1;
      symbols[i] = base << 16 | extra;
      base += 1 << extra;
    }
    symbols[30] = EXCEPTIONAL;
    symbols[31] = EXCEPTIONAL;
    return symbols;
  }

  private static int[] codeLengths() {
    int[] symbols = new int[19];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = i << 16;
    }
    return symbols;
  }
}
