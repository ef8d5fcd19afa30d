package dev.ocifs.layerfs.tar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the maps of sparse files in the four forms that GNU tar has had. Not thread-safe.
 *
 * <p>Source: GNU tar manual, "Storing Sparse Files".
 */
final class SparseReader {
  private static final int ROW_BYTES = 24;
  private static final int FIELD_BYTES = 12;
  private static final int MAX_DIGITS = 20;

  private final TarInput in;
  private final byte[] block = new byte[TarFields.BLOCK];
  private int used;
  private long consumed;

  SparseReader(TarInput in) {
    this.in = in;
  }

  /** The old form: the map stands in the header, and in blocks that follow it. */
  void readOldGnu(byte[] header, long stored, TarEntry entry) throws IOException {
    SparseMap map = new SparseMap();
    rows(header, 386, 4, map);
    boolean more = header[482] != 0;
    long size = TarFields.number(header, 483, FIELD_BYTES, "its real size");
    while (more) {
      readBlock();
      rows(block, 0, 21, map);
      more = block[504] != 0;
    }
    complete(entry, map, size, stored);
  }

  private static void rows(byte[] bytes, int at, int count, SparseMap map) throws IOException {
    for (int i = 0; i < count; i++) {
      int row = at + i * ROW_BYTES;
      if (bytes[row] == 0) {
        return;
      }
      map.add(
          TarFields.number(bytes, row, FIELD_BYTES, "a sparse map's offset"),
          TarFields.number(bytes, row + FIELD_BYTES, FIELD_BYTES, "a sparse map's length"));
    }
  }

  /**
   * The forms 0.0, 0.1 and 1.0, where PAX records say that the file is one.
   *
   * @return how many of the stored bytes are the map, not data
   */
  long readPax(PaxRecords pax, long stored, TarEntry entry) throws IOException {
    byte[] list = pax.bytes("GNU.sparse.map");
    SparseMap map = new SparseMap();
    if (pax.bytes("GNU.sparse.major") != null) {
      if (pax.number("GNU.sparse.major", 0) != 1 || pax.number("GNU.sparse.minor", 0) != 0) {
        return 0; // A form that is not known: like the other engines, take the file as it is.
      }
      readOne(stored, map);
      complete(entry, map, pax.number("GNU.sparse.realsize", -1), stored - consumed);
      return consumed;
    }
    if (list != null) {
      String[] numbers = new String(list, StandardCharsets.ISO_8859_1).split(",", -1);
      if (numbers.length % 2 != 0) {
        throw TarFields.malformed("its sparse map has half a run");
      }
      for (int i = 0; i < numbers.length; i += 2) {
        map.add(number(numbers[i]), number(numbers[i + 1]));
      }
    } else if (!pax.sparseRuns().isEmpty()) {
      List<Long> runs = pax.sparseRuns();
      if (runs.size() % 2 != 0) {
        throw TarFields.malformed("its sparse map has half a run");
      }
      for (int i = 0; i < runs.size(); i += 2) {
        map.add(runs.get(i), runs.get(i + 1));
      }
    } else {
      return 0;
    }
    complete(entry, map, pax.number("GNU.sparse.size", -1), stored);
    return 0;
  }

  /** 1.0: the map stands before the data, as lines of decimal numbers in whole blocks. */
  private void readOne(long stored, SparseMap map) throws IOException {
    used = TarFields.BLOCK;
    consumed = 0;
    long count = line(stored);
    for (long i = 0; i < count; i++) {
      long offset = line(stored);
      map.add(offset, line(stored));
    }
  }

  private long line(long stored) throws IOException {
    long value = 0;
    for (int digits = 0; digits <= MAX_DIGITS; digits++) {
      if (used == TarFields.BLOCK) {
        if (consumed > stored - TarFields.BLOCK) {
          throw TarFields.malformed("its sparse map is longer than its content");
        }
        readBlock();
        consumed += TarFields.BLOCK;
        used = 0;
      }
      int digit = block[used++] - '0';
      if (digit == '\n' - '0' && digits > 0) {
        return value;
      }
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        break;
      }
      value = value * 10 + digit;
    }
    throw TarFields.malformed("its sparse map is not made of numbers");
  }

  private static long number(String text) throws IOException {
    return PaxRecords.decimal("GNU.sparse.map", text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void complete(TarEntry entry, SparseMap map, long size, long stored)
      throws IOException {
    if (size < 0) {
      throw TarFields.malformed("its sparse map has no valid size of the file");
    }
    entry.runs = map.complete(size, stored);
    entry.size = size;
    entry.sparse = true;
  }

  private void readBlock() throws IOException {
    for (int n = 0; n < block.length; ) {
      int more = in.read(block, n, block.length - n);
      if (more < 0) {
        throw TarFields.malformed("the layer ends inside a sparse map");
      }
      n += more;
    }
  }
}
