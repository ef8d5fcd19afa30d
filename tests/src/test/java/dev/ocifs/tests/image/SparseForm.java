package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import dev.ocifs.tests.image.TarHeader.Field;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The four ways in which a tar says where the holes of a file are.
 *
 * <p>Source: GNU tar manual, "Storing Sparse Files".
 */
public enum SparseForm {
  /** Type {@code S}: four runs in the header, 21 in each block that follows. */
  OLD_GNU {
    @Override
    void write(TarWriter tar, Entry entry) {
      long[] runs = closed(entry);
      TarHeader header = tar.header(entry, entry.path(), new PaxText()).text(Field.TYPE, "S");
      header.text(Field.MAGIC, "ustar  \0");
      int at = table(header, RUNS_AT, runs, 0, 4);
      header.raw(REAL_SIZE_AT, number(entry.content().length));
      header.raw(IS_EXTENDED_AT, new byte[] {(byte) (at < runs.length ? 1 : 0)});
      header.number(Field.SIZE, entry.stored().length);
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      while (at < runs.length) {
        byte[] block = new byte[TarHeader.BLOCK];
        int from = at;
        at = Math.min(runs.length, at + 2 * 21);
        for (int i = from; i < at; i++) {
          System.arraycopy(number(runs[i]), 0, block, (i - from) * NUMBER_BYTES, NUMBER_BYTES);
        }
        block[EXTENSION_IS_EXTENDED_AT] = (byte) (at < runs.length ? 1 : 0);
        data.writeBytes(block);
      }
      data.writeBytes(entry.stored());
      tar.member(header, data.toByteArray());
    }
  },

  /** PAX records of offset and length, repeated for each run. */
  PAX_0_0 {
    @Override
    void write(TarWriter tar, Entry entry) {
      long[] runs = closed(entry);
      PaxText pax =
          new PaxText()
              .add("GNU.sparse.size", String.valueOf(entry.content().length))
              .add("GNU.sparse.numblocks", String.valueOf(runs.length / 2));
      for (int i = 0; i < runs.length; i += 2) {
        pax.add("GNU.sparse.offset", String.valueOf(runs[i]));
        pax.add("GNU.sparse.numbytes", String.valueOf(runs[i + 1]));
      }
      TarHeader header = tar.header(entry, entry.path(), pax);
      tar.member(header.number(Field.SIZE, entry.stored().length), entry.stored());
    }
  },

  /** One PAX record with all runs, the name in another. */
  PAX_0_1 {
    @Override
    void write(TarWriter tar, Entry entry) {
      long[] runs = closed(entry);
      StringBuilder map = new StringBuilder();
      for (long number : runs) {
        map.append(map.isEmpty() ? "" : ",").append(number);
      }
      PaxText pax =
          new PaxText()
              .add("GNU.sparse.name", entry.path())
              .add("GNU.sparse.size", String.valueOf(entry.content().length))
              .add("GNU.sparse.numblocks", String.valueOf(runs.length / 2))
              .add("GNU.sparse.map", map.toString());
      TarHeader header = tar.header(entry, MANGLED, pax);
      tar.member(header.number(Field.SIZE, entry.stored().length), entry.stored());
    }
  },

  /** The runs as lines of text in blocks before the data. */
  PAX_1_0 {
    @Override
    void write(TarWriter tar, Entry entry) {
      long[] runs = closed(entry);
      StringBuilder map = new StringBuilder().append(runs.length / 2).append('\n');
      for (long number : runs) {
        map.append(number).append('\n');
      }
      map.append("\0".repeat(-map.length() & (TarHeader.BLOCK - 1)));
      PaxText pax =
          new PaxText()
              .add("GNU.sparse.major", "1")
              .add("GNU.sparse.minor", "0")
              .add("GNU.sparse.name", entry.path())
              .add("GNU.sparse.realsize", String.valueOf(entry.content().length));
      TarHeader header = tar.header(entry, MANGLED, pax);
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      data.writeBytes(bytes(map.toString()));
      data.writeBytes(entry.stored());
      tar.member(header.number(Field.SIZE, data.size()), data.toByteArray());
    }
  };

  private static final String MANGLED = "GNUSparseFile.0/file";
  private static final int RUNS_AT = 386;
  private static final int IS_EXTENDED_AT = 482;
  private static final int REAL_SIZE_AT = 483;
  private static final int EXTENSION_IS_EXTENDED_AT = 504;
  private static final int NUMBER_BYTES = 12;

  abstract void write(TarWriter tar, Entry entry);

  /** The runs; where the file ends in a hole, GNU tar adds an empty one at its end. */
  private static long[] closed(Entry entry) {
    long[] runs = entry.runs();
    long size = entry.content().length;
    int n = runs.length;
    if (n > 0 && runs[n - 2] + runs[n - 1] == size) {
      return runs;
    }
    long[] closed = Arrays.copyOf(runs, n + 2);
    closed[n] = size;
    return closed;
  }

  private static int table(TarHeader header, int pos, long[] runs, int from, int count) {
    int to = Math.min(runs.length, from + 2 * count);
    for (int i = from; i < to; i++) {
      header.raw(pos + (i - from) * NUMBER_BYTES, number(runs[i]));
    }
    return to;
  }

  private static byte[] number(long value) {
    return bytes(String.format("%011o\0", value));
  }
}
