package dev.ocifs.oci.lazy;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A blob that is another one, but for what its subclass changes. It closes the other. */
abstract class ForwardingBlob implements BlobSource {
  private final BlobSource blob;

  ForwardingBlob(BlobSource blob) {
    this.blob = blob;
  }

  @Override
  public long size() {
    return blob.size();
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    blob.readFully(pos, dst, off, len);
  }

  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    blob.readOnce(pos, dst, off, len);
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
  public boolean trusted() {
    return blob.trusted();
  }

  @Override
  public void verified() throws IOException {
    blob.verified();
  }

  @Override
  public boolean refuted() throws IOException {
    return blob.refuted();
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
