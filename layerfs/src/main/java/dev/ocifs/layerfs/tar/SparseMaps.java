package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The sparse maps of GNU tar: the old one in the header and extension blocks after it, and those of
 * PAX: 0.0 in repeated records, 0.1 in one record, 1.0 in front of the content.
 *
 * <p>Source: "Storing Sparse Files" and "Sparse Formats" in the GNU tar manual.
 */
final class SparseMaps {
  private static final int OLD_MAP = 386;
  private static final int OLD_ENTRIES = 4;
  private static final int OLD_EXTENDED = 482;
  private static final int OLD_REAL_SIZE = 483;
  private static final int EXTENSION_ENTRIES = 21;
  private static final int EXTENSION_EXTENDED = 504;

  /** Of the largest number: without a bound, leading zeros could go on for the whole layer. */
  private static final int MAX_DIGITS = 19;

  private final TarSource in;

  /** The block of a map in the content, and the position in it. */
  private final byte[] block = new byte[TarHeader.BLOCK];

  private int blockPos;
  private long blocksRead;

  SparseMaps(TarSource in) {
    this.in = in;
  }

  /** The real size in an old GNU header. */
  static long oldSize(TarHeader header) throws OcifsException {
    return TarNumbers.unsigned(
        TarNumbers.field(header.block, OLD_REAL_SIZE, 12, "real size"), "the real size field");
  }

  /** Reads the map of an old GNU header and the extension blocks, which lie before the content. */
  Runs old(TarHeader header) throws IOException {
    Runs runs = new Runs();
    addOld(runs, header.block, OLD_MAP, OLD_ENTRIES);
    boolean more = header.block[OLD_EXTENDED] != 0;
    for (int blocks = 1; more; blocks++) {
      if (blocks > Runs.MAX / EXTENSION_ENTRIES) {
        throw Runs.tooMany();
      }
      in.read(block, block.length, "the sparse map");
      addOld(runs, block, 0, EXTENSION_ENTRIES);
      more = block[EXTENSION_EXTENDED] != 0;
    }
    return runs;
  }

  /** Both GNU and BSD tar end a block's list at the first entry that starts with NUL. */
  private static void addOld(Runs runs, byte[] block, int off, int entries) throws OcifsException {
    for (int at = off; at < off + 24 * entries && block[at] != 0; at += 24) {
      runs.add(
          TarNumbers.field(block, at, 12, "sparse offset"),
          TarNumbers.field(block, at + 12, 12, "sparse length"));
    }
  }

  /** Whether the records make the entry a sparse file; a version without a reader is an error. */
  static boolean isSparse(PaxRecords pax) throws OcifsException {
    byte[] major = pax.bytes("GNU.sparse.major");
    byte[] minor = pax.bytes("GNU.sparse.minor");
    if (major == null && minor == null) {
      return pax.bytes("GNU.sparse.map") != null
          || pax.sparseRuns().listed() > 0
          || pax.bytes("GNU.sparse.numblocks") != null;
    }
    if (!(is(major, '0') && (is(minor, '0') || is(minor, '1'))) && !isInContent(pax)) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED, "tar: unknown version of a PAX sparse map")
          .rule(Malformed.GRAMMAR);
    }
    return true;
  }

  /** Whether the map lies in front of the content: version 1.0. */
  static boolean isInContent(PaxRecords pax) {
    return is(pax.bytes("GNU.sparse.major"), '1') && is(pax.bytes("GNU.sparse.minor"), '0');
  }

  private static boolean is(byte @Nullable [] value, char digit) {
    return value != null && value.length == 1 && value[0] == digit;
  }

  /** The real size in PAX records: {@code size} up to 0.1, {@code realsize} since. */
  static long paxSize(PaxRecords pax, long otherwise) throws OcifsException {
    long size = pax.number("GNU.sparse.realsize", otherwise);
    return TarNumbers.unsigned(pax.number("GNU.sparse.size", size), "PAX GNU.sparse.size");
  }

  /** The map of versions 0.0 and 0.1. */
  static Runs ofRecords(PaxRecords pax) throws OcifsException {
    Runs runs = pax.sparseRuns();
    byte[] map = pax.bytes("GNU.sparse.map");
    if (map != null && runs.listed() > 0) {
      throw Malformed.grammar("two sparse maps for one entry");
    }
    for (int at = 0; map != null && at <= map.length; ) {
      int middle = comma(map, at);
      int end = comma(map, Math.min(map.length, middle + 1));
      long offset = TarNumbers.decimal(map, at, middle, "GNU.sparse.map");
      runs.add(
          offset, TarNumbers.decimal(map, Math.min(map.length, middle + 1), end, "GNU.sparse.map"));
      at = end + 1;
    }
    if (pax.number("GNU.sparse.numblocks", -1) != runs.listed()) {
      throw Malformed.grammar("GNU.sparse.numblocks differs from the sparse map");
    }
    return runs;
  }

  private static int comma(byte[] map, int from) {
    int at = from;
    while (at < map.length && map[at] != ',') {
      at++;
    }
    return at;
  }

  /**
   * Reads the map of version 1.0: lines with the number of runs and then each one's offset and
   * length, padded to a whole block.
   *
   * @param stored the bytes that the entry stores, the map included
   */
  Runs ofContent(long stored) throws IOException {
    blockPos = block.length;
    blocksRead = 0;
    long count = number(stored);
    if (count > Runs.MAX) {
      throw Runs.tooMany();
    }
    Runs runs = new Runs();
    for (long i = 0; i < count; i++) {
      long offset = number(stored);
      runs.add(offset, number(stored));
    }
    return runs;
  }

  private long number(long stored) throws IOException {
    long value = 0;
    for (int digits = 0; ; digits++) {
      if (blockPos == block.length) {
        if (stored / block.length <= blocksRead) {
          throw Malformed.grammar("a sparse map goes beyond its entry");
        }
        in.read(block, block.length, "the sparse map");
        blocksRead++;
        blockPos = 0;
      }
      int digit = block[blockPos++] - '0';
      if (digit == '\n' - '0' && digits > 0) {
        return value;
      }
      if (digit < 0 || digit > 9 || digits == MAX_DIGITS || value > (Long.MAX_VALUE - digit) / 10) {
        throw Malformed.grammar("a sparse map holds something that is not a number");
      }
      value = value * 10 + digit;
    }
  }
}
