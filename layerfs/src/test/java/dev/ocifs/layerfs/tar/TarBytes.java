package dev.ocifs.layerfs.tar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds tars byte for byte, malformed ones too. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A header whose fields can be overwritten before it is added. */
  static final class Header {
    final byte[] block = new byte[512];

    Header(String name, char type) {
      put(0, name);
      put(100, "0000644\0");
      put(108, "0001750\0");
      put(116, "0000144\0");
      size(0);
      put(136, "00000000007\0");
      block[156] = (byte) type;
      put(257, "ustar\00000");
    }

    Header put(int off, String latin1) {
      return put(off, latin1(latin1));
    }

    Header put(int off, byte[] bytes) {
      System.arraycopy(bytes, 0, block, off, bytes.length);
      return this;
    }

    Header size(long size) {
      return put(124, String.format("%011o\0", size));
    }

    Header link(String target) {
      return put(157, target);
    }

    Header gnu() {
      return put(257, "ustar  \0");
    }

    Header v7() {
      Arrays.fill(block, 257, 512, (byte) 0);
      return this;
    }

    Header base256(int off, int len, long value) {
      Arrays.fill(block, off, off + len, (byte) (value < 0 ? 0xff : 0));
      for (int i = 0; i < Math.min(8, len); i++) {
        block[off + len - 1 - i] = (byte) (value >> (8 * i));
      }
      block[off] |= (byte) 0x80;
      return this;
    }

    byte[] bytes(boolean signedSum) {
      Arrays.fill(block, 148, 156, (byte) ' ');
      int sum = 0;
      for (byte b : block) {
        sum += signedSum ? b : b & 0xff;
      }
      put(148, String.format("%06o\0 ", sum));
      return block;
    }
  }

  TarBytes add(Header header) {
    return raw(header.bytes(false));
  }

  TarBytes add(Header header, byte[] content) {
    return add(header.size(content.length)).content(content);
  }

  TarBytes content(byte[] content) {
    return raw(content).raw(new byte[-content.length & 511]);
  }

  TarBytes file(String name, String content) {
    return add(new Header(name, '0'), latin1(content));
  }

  TarBytes pax(String... keysAndValues) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      records.writeBytes(latin1(record(keysAndValues[i], keysAndValues[i + 1])));
    }
    return ext('x', records.toByteArray());
  }

  TarBytes ext(char type, byte[] body) {
    return add(new Header("ext", type), body);
  }

  TarBytes ext(char type, String body) {
    return ext(type, latin1(body));
  }

  TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  TarBytes zeroBlocks(int n) {
    return raw(new byte[512 * n]);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  static String record(String key, String value) {
    int rest = key.length() + value.length() + 3;
    int length = rest + 1;
    while (Integer.toString(length).length() + rest != length) {
      length++;
    }
    return length + " " + key + "=" + value + "\n";
  }

  static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
