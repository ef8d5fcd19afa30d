package dev.ocifs.layerfs.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes Zstandard frames that follow each other (RFC 8878), through libzstd, and says where each
 * begins. Skippable frames give no output. The content checksum of a frame is checked where it has
 * one.
 *
 * <p>Memory is bounded: a frame that asks for a window above 128 MiB is refused, as {@code zstd -d}
 * does without {@code --long}: that is libzstd's own bound (ZSTD_WINDOWLOG_LIMIT_DEFAULT in
 * zstd.h).
 */
final class ZstdFrames implements Closeable {

  /** libzstd keeps the largest window; up to that of the highest usual level, 19, it may. */
  private static final long LARGE_WINDOW_BYTES = 8 << 20;

  private static final int FRAME_MAGIC = 0xfd2fb528;
  private static final int SINGLE_SEGMENT = 1 << 5;

  /** Magic, descriptor, and descriptor of the window. */
  private static final int HEADER_BYTES = 6;

  private static final int IN_BYTES = 128 * 1024;
  private static final int OUT_BYTES = 128 * 1024;

  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).flip();
  private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
  private final byte[] piece = new byte[IN_BYTES];
  private LayerDecoder.Input input;
  private long readPos;
  private boolean insideFrame;
  private boolean largeWindow;

  ZstdFrames(LayerDecoder.Input input) {
    this.input = input;
  }

  /** Begins anew with a frame at {@code blobPos}, the first byte of the input. */
  void reset(LayerDecoder.Input input, long blobPos) {
    this.input = input;
    context.reset();
    in.clear().flip();
    readPos = blobPos;
    insideFrame = false;
  }

  /** Whether the next byte of the input begins a frame; false at the end of the input too. */
  boolean atFrame() throws IOException {
    return !insideFrame && ready();
  }

  /** Position in the blob of the next byte of the input. */
  long inPos() {
    return readPos - in.remaining();
  }

  /**
   * Decodes up to {@code limit} or the end of a frame, whichever comes first.
   *
   * @return the end of the output, which may be {@code from} at the end of a frame; -1 at the end
   *     of the input
   */
  int decode(byte[] dst, int from, int limit) throws IOException {
    if (!insideFrame) {
      if (!ready()) {
        return -1;
      }
      largeWindow |= asksForLargeWindow();
      insideFrame = true;
    }
    int o = from;
    while (o < limit && insideFrame) {
      out.clear().limit(Math.min(OUT_BYTES, limit - o));
      int before = in.remaining();
      insideFrame = !step();
      int n = out.position();
      out.get(0, dst, o, n);
      o += n;
      if (insideFrame && n == 0 && in.remaining() == before && !moreInput()) {
        throw Corrupt.at("zstd: ends in the middle of a frame", inPos());
      }
    }
    return o;
  }

  /** Whether libzstd has, or may have, been asked for a large window since this was made. */
  boolean hasLargeWindow() {
    return largeWindow;
  }

  /** Reads the header of the next frame (RFC 8878, 3.1.1.1); true, too, where it is in pieces. */
  private boolean asksForLargeWindow() {
    if (in.remaining() < HEADER_BYTES) {
      return true;
    }
    int at = in.position();
    if (Integer.reverseBytes(in.getInt(at)) != FRAME_MAGIC) {
      return false;
    }
    if ((in.get(at + 4) & SINGLE_SEGMENT) != 0) {
      long size = Zstd.getDirectByteBufferFrameContentSize(in, at, in.remaining());
      return size < 0 || size > LARGE_WINDOW_BYTES;
    }
    int descriptor = in.get(at + 5) & 0xff;
    long base = 1L << (10 + (descriptor >>> 3));
    return base + base / 8 * (descriptor & 7) > LARGE_WINDOW_BYTES;
  }

  /** Decodes what is at hand; returns whether that completes the frame. */
  private boolean step() throws OcifsException {
    try {
      return context.decompressDirectByteBufferStream(out, in);
    } catch (ZstdException e) {
      if (Zstd.getErrorCode(e.getErrorCode()) == Zstd.errFrameParameterWindowTooLarge()) {
        throw Corrupt.limit("zstd: frame needs a window above 128 MiB", inPos());
      }
      throw Corrupt.at("zstd: " + e.getMessage(), inPos(), e);
    }
  }

  /** Whether there is a byte of input, after reading if need be. */
  private boolean ready() throws IOException {
    return in.hasRemaining() || moreInput();
  }

  private boolean moreInput() throws IOException {
    int n = in.hasRemaining() ? -1 : input.read(piece, 0, piece.length);
    if (n < 0) {
      return false;
    }
    in.clear().put(0, piece, 0, n).limit(n);
    readPos += n;
    return true;
  }

  @Override
  public void close() {
    context.close();
  }
}
