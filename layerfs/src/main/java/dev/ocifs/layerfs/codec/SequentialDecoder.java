package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.Compression;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;
import org.tukaani.xz.XZInputStream;

/**
 * Decodes an xz or bzip2 layer from its first byte to its last, through the streams of others. It
 * leaves no checkpoints but the first.
 */
final class SequentialDecoder implements LayerDecoder {

  /** Twice what {@code xz -9} needs. */
  private static final int XZ_MEMORY_KIB = 128 * 1024;

  private final Compression compression;
  private final CountingStream in;
  private final CheckpointPlan plan;
  private @Nullable InputStream stream;
  private long outPos;

  SequentialDecoder(Compression compression, Input input, CheckpointPlan plan) {
    this.compression = compression;
    this.in = new CountingStream(input);
    this.plan = plan;
  }

  @Override
  public int decode(byte[] buffer, int from, int limit) throws IOException {
    Buffers.check(buffer, from, limit, outPos);
    int n;
    try {
      if (stream == null) {
        stream = open();
      }
      n = stream.read(buffer, from, limit - from);
    } catch (MemoryLimitException e) {
      throw Corrupt.limit("xz: dictionary needs more than 128 MiB of memory", in.pos);
    } catch (UnsupportedOptionsException e) {
      throw Corrupt.unsupported("xz: " + e.getMessage(), in.pos);
    } catch (IOException | RuntimeException e) {
      if (in.failure != null) {
        throw in.failure;
      }
      // Commons Compress may leave an array's bounds on damaged input.
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw Corrupt.at(name() + ": " + reason, in.pos, e);
    }
    if (n < 0) {
      in.drain();
      return -1;
    }
    outPos += n;
    plan.decodedTo(outPos);
    return from + n;
  }

  private InputStream open() throws IOException {
    return compression == Compression.XZ
        ? new XZInputStream(in, XZ_MEMORY_KIB)
        : new BZip2CompressorInputStream(in, true);
  }

  private String name() {
    return compression == Compression.XZ ? "xz" : "bzip2";
  }

  @Override
  public void close() {
    stream = null;
  }

  /** The input as a stream that knows how far it is, and keeps apart what failed below it. */
  private static final class CountingStream extends InputStream {

    private final Input input;
    private final byte[] buf = new byte[64 * 1024];
    private int next;
    private int end;
    private long pos;
    private @Nullable IOException failure;

    CountingStream(Input input) {
      this.input = input;
    }

    @Override
    public int read() throws IOException {
      if (!ready()) {
        return -1;
      }
      pos++;
      return buf[next++] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      if (len == 0) {
        return 0;
      }
      if (!ready()) {
        return -1;
      }
      int n = Math.min(len, end - next);
      System.arraycopy(buf, next, b, off, n);
      next += n;
      pos += n;
      return n;
    }

    private boolean ready() throws IOException {
      if (next == end) {
        try {
          end = Math.max(0, input.read(buf, 0, buf.length));
          next = 0;
        } catch (IOException e) {
          failure = e;
          throw e;
        }
      }
      return next < end;
    }

    private void drain() throws IOException {
      while (ready()) {
        next = end;
      }
    }
  }
}
