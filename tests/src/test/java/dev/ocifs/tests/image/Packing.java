package dev.ocifs.tests.image;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/** The ways in which a layer may be packed. */
public enum Packing {
  NONE(""),
  GZIP("+gzip"),
  /** Many gzip members, as bgzip, pigz -i and eStargz write them; the last one is empty. */
  GZIP_MEMBERS("+gzip"),
  ZSTD("+zstd"),
  /** Many zstd frames with skippable ones between, as zstd:chunked. */
  ZSTD_FRAMES("+zstd"),
  XZ(""),
  BZIP2("");

  private final String suffix;

  Packing(String suffix) {
    this.suffix = suffix;
  }

  /** What an OCI layer's media type has at its end; xz and bzip2 have none there. */
  public String suffix() {
    return suffix;
  }

  public boolean isOci() {
    return this != XZ && this != BZIP2;
  }

  public byte[] pack(byte[] tar) {
    try {
      return switch (this) {
        case NONE -> tar;
        case GZIP -> gzip(tar);
        case GZIP_MEMBERS -> pieces(tar, 1000, Packing::gzip, gzip(new byte[0]));
        case ZSTD -> Zstd.compress(tar);
        case ZSTD_FRAMES -> {
          byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
          yield join(skippable, pieces(tar, 700, Zstd::compress, skippable));
        }
        case XZ -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          write(new XZCompressorOutputStream(out), tar);
          yield out.toByteArray();
        }
        case BZIP2 -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          write(new BZip2CompressorOutputStream(out), tar);
          yield out.toByteArray();
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Packer {
    byte[] pack(byte[] bytes) throws IOException;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(new GZIPOutputStream(out), bytes);
    return out.toByteArray();
  }

  private static byte[] pieces(byte[] bytes, int size, Packer packer, byte[] end)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length; at += size) {
      out.writeBytes(packer.pack(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))));
    }
    out.writeBytes(end);
    return out.toByteArray();
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  private static void write(OutputStream out, byte[] bytes) throws IOException {
    try (out) {
      out.write(bytes);
    }
  }
}
