package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import com.github.luben.zstd.Zstd;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/** The ways in which a layer's bytes are found compressed. */
public enum LayerBytes {
  PLAIN(Compression.NONE) {
    @Override
    public byte[] of(byte[] tar) {
      return tar.clone();
    }
  },
  GZIP(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      return new GzipMember(tar).toBytes();
    }
  },
  /** Stored blocks only. */
  GZIP_STORED(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      return new GzipMember(tar).level(Deflater.NO_COMPRESSION).toBytes();
    }
  },
  GZIP_FASTEST(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      return new GzipMember(tar).level(Deflater.BEST_SPEED).toBytes();
    }
  },
  GZIP_BEST(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      return new GzipMember(tar).level(Deflater.BEST_COMPRESSION).toBytes();
    }
  },
  /** Every optional field of the header. */
  GZIP_WITH_FIELDS(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      return new GzipMember(tar)
          .extra(bytes("xy\4\0data"))
          .name("layer.tar")
          .comment("a comment")
          .headerCrc()
          .toBytes();
    }
  },
  /** Several members of uneven size, one of them empty. */
  GZIP_MEMBERS(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(new GzipMember(new byte[0]).toBytes());
      int third = tar.length / 3 + 1;
      for (int at = 0; at < tar.length; at += third) {
        byte[] part = Arrays.copyOfRange(tar, at, Math.min(tar.length, at + third));
        out.writeBytes(new GzipMember(part).toBytes());
      }
      return out.toByteArray();
    }
  },
  /** Members of at most 65,280 bytes with an extra field "BC", and an empty one at the end. */
  BGZIP(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int at = 0; at < tar.length; at += BGZIP_BYTES) {
        byte[] part = Arrays.copyOfRange(tar, at, Math.min(tar.length, at + BGZIP_BYTES));
        out.writeBytes(bgzip(part));
      }
      out.writeBytes(bgzip(new byte[0]));
      return out.toByteArray();
    }
  },
  /** A member for each 4 KiB, and the empty footer with an extra field "SG". */
  ESTARGZ(Compression.GZIP) {
    @Override
    public byte[] of(byte[] tar) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int at = 0; at < tar.length; at += ESTARGZ_BYTES) {
        byte[] part = Arrays.copyOfRange(tar, at, Math.min(tar.length, at + ESTARGZ_BYTES));
        out.writeBytes(new GzipMember(part).toBytes());
      }
      String payload = String.format("%016xSTARGZ", out.size());
      out.writeBytes(
          new GzipMember(new byte[0])
              .level(Deflater.NO_COMPRESSION)
              .extra(bytes("SG\26\0" + payload))
              .toBytes());
      return out.toByteArray();
    }
  },
  ZSTD(Compression.ZSTD) {
    @Override
    public byte[] of(byte[] tar) {
      return Zstd.compress(tar, 3);
    }
  },
  ZSTD_FRAMES(Compression.ZSTD) {
    @Override
    public byte[] of(byte[] tar) {
      return frames(tar, new byte[0]);
    }
  },
  /** A skippable frame before, between and after the others. */
  ZSTD_SKIPPABLE(Compression.ZSTD) {
    @Override
    public byte[] of(byte[] tar) {
      return frames(tar, bytes("S*M\30\5\0\0\0extra"));
    }
  },
  /** In archives of docker save alone. */
  XZ(Compression.XZ) {
    @Override
    public byte[] of(byte[] tar) {
      return through(tar, XZCompressorOutputStream::new);
    }
  },
  /** In archives of docker save alone. */
  BZIP2(Compression.BZIP2) {
    @Override
    public byte[] of(byte[] tar) {
      return through(tar, BZip2CompressorOutputStream::new);
    }
  };

  private static final int BGZIP_BYTES = 65_280;
  private static final int ESTARGZ_BYTES = 4096;

  private final Compression compression;

  LayerBytes(Compression compression) {
    this.compression = compression;
  }

  public Compression compression() {
    return compression;
  }

  /** The bytes of a layer whose tar this is. */
  public abstract byte[] of(byte[] tar);

  /** The OCI media type; for xz and bzip2, which have none, that of a plain layer. */
  public String mediaType() {
    return switch (compression) {
      case NONE, XZ, BZIP2 -> MediaType.OCI_LAYER.value();
      case GZIP -> MediaType.OCI_LAYER_GZIP.value();
      case ZSTD -> MediaType.OCI_LAYER_ZSTD.value();
    };
  }

  /** A member whose extra field holds its own length, less one. */
  private static byte[] bgzip(byte[] part) {
    byte[] member = new GzipMember(part).extra(bytes("BC\2\0\0\0")).toBytes();
    int length = member.length - 1;
    member[16] = (byte) length;
    member[17] = (byte) (length >>> 8);
    return member;
  }

  private static byte[] frames(byte[] tar, byte[] between) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(between);
    int part = tar.length / 4 + 1;
    for (int at = 0; at < tar.length; at += part) {
      out.writeBytes(Zstd.compress(Arrays.copyOfRange(tar, at, Math.min(tar.length, at + part))));
      out.writeBytes(between);
    }
    return out.toByteArray();
  }

  @FunctionalInterface
  private interface Compressor {
    OutputStream wrap(OutputStream out) throws IOException;
  }

  private static byte[] through(byte[] tar, Compressor compressor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream stream = compressor.wrap(out)) {
      stream.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
