package dev.ocifs.oci.lazy;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;

/**
 * A blob of which all that is read has one priority, whichever thread reads it. As thread-safe as
 * the blob, which it closes.
 */
public final class RankedBlob extends ForwardingBlob {
  private final FetchPriority rank;

  public RankedBlob(BlobSource blob, FetchPriority rank) {
    super(blob);
    this.rank = rank;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Object ignored =
        rank.<Object, IOException>during(
            () -> {
              super.readFully(pos, dst, off, len);
              return dst;
            });
  }

  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Object ignored =
        rank.<Object, IOException>during(
            () -> {
              super.readOnce(pos, dst, off, len);
              return dst;
            });
  }
}
