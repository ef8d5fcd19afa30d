package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * One gzip member with any of the optional header fields. Mutable while it is being described.
 *
 * <p>Source: RFC 1952.
 */
public final class GzipMember {
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;

  private final byte[] content;
  private int level = Deflater.DEFAULT_COMPRESSION;
  private int flags;
  private byte[] extra = {};
  private String name = "";
  private String comment = "";

  public GzipMember(byte[] content) {
    this.content = content.clone();
  }

  public GzipMember level(int value) {
    level = value;
    return this;
  }

  public GzipMember extra(byte[] value) {
    extra = value.clone();
    flags |= FEXTRA;
    return this;
  }

  public GzipMember name(String value) {
    name = value;
    flags |= FNAME;
    return this;
  }

  public GzipMember comment(String value) {
    comment = value;
    flags |= FCOMMENT;
    return this;
  }

  public GzipMember headerCrc() {
    flags |= FHCRC;
    return this;
  }

  public byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 0, 0, 0, 0, 0, 3});
    if ((flags & FEXTRA) != 0) {
      littleEndian(out, extra.length, 2);
      out.writeBytes(extra);
    }
    if ((flags & FNAME) != 0) {
      out.writeBytes(bytes(name + "\0"));
    }
    if ((flags & FCOMMENT) != 0) {
      out.writeBytes(bytes(comment + "\0"));
    }
    if ((flags & FHCRC) != 0) {
      littleEndian(out, crc(out.toByteArray()), 2);
    }
    deflate(out);
    littleEndian(out, crc(content), 4);
    littleEndian(out, content.length, 4);
    return out.toByteArray();
  }

  private void deflate(ByteArrayOutputStream out) {
    try (Deflater deflater = new Deflater(level, true)) {
      deflater.setInput(content);
      deflater.finish();
      byte[] buffer = new byte[1 << 16];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    }
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static void littleEndian(ByteArrayOutputStream out, long value, int count) {
    for (int i = 0; i < count; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }
}
