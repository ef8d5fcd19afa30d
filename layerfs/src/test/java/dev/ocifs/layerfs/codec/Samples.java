package dev.ocifs.layerfs.codec;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Generated layers, and generated gzip of them. */
final class Samples {

  private static final int[] STRATEGIES = {
    Deflater.DEFAULT_STRATEGY, Deflater.FILTERED, Deflater.HUFFMAN_ONLY
  };
  private static final int[] FLUSHES = {
    Deflater.NO_FLUSH, Deflater.SYNC_FLUSH, Deflater.FULL_FLUSH
  };

  private Samples() {}

  /** Data of one of many kinds: noise, runs, text, records, a mixture. */
  static byte[] data(SplittableRandom random, int size) {
    byte[] data = new byte[size];
    int kind = random.nextInt(7);
    int i = 0;
    while (i < size) {
      int n = Math.min(size - i, random.nextInt(1, 5000));
      fill(random, data, i, n, kind == 6 ? random.nextInt(6) : kind);
      i += n;
    }
    return data;
  }

  private static void fill(SplittableRandom random, byte[] data, int from, int n, int kind) {
    int alphabet = random.nextInt(1, 60);
    int period = random.nextInt(1, 40);
    int skew = random.nextInt(1, 9);
    byte run = (byte) random.nextInt(256);
    for (int i = from; i < from + n; i++) {
      data[i] =
          switch (kind) {
            case 0 -> (byte) random.nextInt(256);
            case 1 -> run;
            case 2 -> (byte) (' ' + random.nextInt(alphabet));
            case 3 -> i - from < period ? (byte) random.nextInt(256) : data[i - period];
            case 4 -> (byte) (Integer.numberOfTrailingZeros(random.nextInt()) * skew);
            default ->
                i > 300 && random.nextInt(20) != 0
                    ? data[i - 1 - (int) (300 * Math.pow(random.nextDouble(), 3))]
                    : (byte) random.nextInt(256);
          };
    }
  }

  /** A size that is likely to be a special one. */
  static int size(SplittableRandom random, int most) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(4);
      case 1 -> Math.min(most, random.nextInt(250, 270));
      case 2 -> Math.min(most, random.nextInt(32_700, 32_900));
      case 3 -> Math.min(most, random.nextInt(65_500, 65_600));
      default -> random.nextInt(most + 1);
    };
  }

  /** Raw DEFLATE data of a random level, strategy and sequence of flushes. */
  static byte[] deflate(SplittableRandom random, byte[] data) {
    Deflater deflater = new Deflater(random.nextInt(10), true);
    deflater.setStrategy(STRATEGIES[random.nextInt(3)]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buf = new byte[4096];
    int i = 0;
    while (i < data.length && random.nextInt(4) != 0) {
      int n = random.nextInt(1, data.length - i + 1);
      deflater.setInput(data, i, n);
      int flush = FLUSHES[random.nextInt(3)];
      // After a change of strategy 0 may come back with input left.
      int got;
      do {
        got = deflater.deflate(buf, 0, buf.length, flush);
        out.write(buf, 0, got);
      } while (got == buf.length || !deflater.needsInput());
      i += n;
      if (random.nextInt(4) == 0) {
        deflater.setStrategy(STRATEGIES[random.nextInt(3)]);
        deflater.setLevel(random.nextInt(10));
      }
    }
    deflater.setInput(data, i, data.length - i);
    deflater.finish();
    while (!deflater.finished()) {
      out.write(buf, 0, deflater.deflate(buf));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** One member with random optional parts of the header. */
  static byte[] gzipMember(SplittableRandom random, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int flags = random.nextInt(3) == 0 ? random.nextInt(32) : 0;
    out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 1, 2, 3, 4, 0, 3});
    if ((flags & 4) != 0) {
      int n = random.nextInt(300);
      little(out, n, 2);
      out.writeBytes(data(random, n));
    }
    for (int flag = 8; flag <= 16; flag <<= 1) {
      if ((flags & flag) != 0) {
        out.writeBytes(new byte[] {'a', 'b', 'c', 0});
      }
    }
    if ((flags & 2) != 0) {
      CRC32 crc = new CRC32();
      crc.update(out.toByteArray());
      little(out, crc.getValue(), 2);
    }
    out.writeBytes(deflate(random, data));
    CRC32 crc = new CRC32();
    crc.update(data);
    little(out, crc.getValue(), 4);
    little(out, data.length, 4);
    return out.toByteArray();
  }

  /** The data in one member or several, empty ones among them. */
  static byte[] gzip(SplittableRandom random, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int i = 0;
    while (random.nextInt(3) == 0) {
      int n = random.nextInt(data.length - i + 1);
      out.writeBytes(gzipMember(random, Arrays.copyOfRange(data, i, i + n)));
      i += n;
    }
    out.writeBytes(gzipMember(random, Arrays.copyOfRange(data, i, data.length)));
    return out.toByteArray();
  }

  static void little(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }
}
