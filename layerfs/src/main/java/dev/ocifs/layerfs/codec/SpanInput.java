package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The part of a blob that a span lies in, as the input of a decoder. */
final class SpanInput implements LayerDecoder.Input {

  private @Nullable BlobSource blob;
  private long pos;
  private long end;

  /** Goes on with the bytes from {@code pos} to {@code end}, or to the end of the blob. */
  void open(BlobSource blob, long pos, long end) {
    this.blob = blob;
    this.pos = pos;
    this.end = Math.min(end, blob.size());
  }

  void forget() {
    blob = null;
  }

  @Override
  public int read(byte[] dst, int off, int len) throws IOException {
    int n = (int) Math.min(len, end - pos);
    if (n <= 0 || blob == null) {
      return -1;
    }
    blob.readFully(pos, dst, off, n);
    pos += n;
    return n;
  }
}
