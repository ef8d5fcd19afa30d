package dev.ocifs.oci.lazy;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A blob of which all that is read has one priority, whichever thread reads it. As thread-safe as
 * the blob, which it closes.
 */
public final class RankedBlob implements BlobSource {
  private final BlobSource blob;
  private final FetchPriority rank;

  public RankedBlob(BlobSource blob, FetchPriority rank) {
    this.blob = blob;
    this.rank = rank;
  }

  @Override
  public long size() {
    return blob.size();
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Object ignored =
        rank.<Object, IOException>during(
            () -> {
              blob.readFully(pos, dst, off, len);
              return dst;
            });
  }

  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Object ignored =
        rank.<Object, IOException>during(
            () -> {
              blob.readOnce(pos, dst, off, len);
              return dst;
            });
  }

  @Override
  public void expect(long pos, long len) {
    blob.expect(pos, len);
  }

  @Override
  public boolean suspect(long pos, long len) {
    return blob.suspect(pos, len);
  }

  @Override
  public void verified() throws IOException {
    blob.verified();
  }

  @Override
  public boolean trusted() {
    return blob.trusted();
  }

  @Override
  public void verified() throws IOException {
    blob.verified();
  }

  @Override
  public Optional<Path> wholeFile() {
    return blob.wholeFile();
  }

  @Override
  public void close() throws IOException {
    blob.close();
  }

  @Override
  public String toString() {
    return blob.toString();
  }
}
