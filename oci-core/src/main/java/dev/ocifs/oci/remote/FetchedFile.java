package dev.ocifs.oci.remote;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.RangeFetcher;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A blob that was fetched and verified, in a file that is gone when it is closed. */
final class FetchedFile implements BlobSource {
  private final PendingFile file;
  private final long size;

  private FetchedFile(PendingFile file, long size) {
    this.file = file;
    this.size = size;
  }

  /**
   * Fetches all of a blob.
   *
   * @throws OcifsException {@code MISMATCH} when it is not what the digest says
   */
  static FetchedFile fetch(Store store, RangeFetcher remote, Digest digest) throws IOException {
    PendingFile file = store.create(store.partial().resolve(Store.fileName(digest) + ".whole"));
    FetchedFile fetched = null;
    try {
      Hasher hasher = Hasher.of(digest.algorithm());
      remote.fetch(
          0,
          remote.size(),
          (pos, bytes, off, len) -> {
            hasher.update(bytes, off, len);
            file.write(ByteBuffer.wrap(bytes, off, len));
          });
      if (!hasher.digest().equals(digest)) {
        throw new OcifsException(
            OcifsException.Kind.MISMATCH, "blob " + digest + " of " + remote + " is another one");
      }
      fetched = new FetchedFile(file, remote.size());
      return fetched;
    } finally {
      if (fetched == null) {
        file.close();
      }
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    FileChannel channel = file.channel();
    ByteBuffer buffer = ByteBuffer.wrap(dst, off, len);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, pos + buffer.position() - off) < 0) {
        throw new EOFException(this + " ends early");
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.target().toString();
  }
}
