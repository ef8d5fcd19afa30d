package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.BlobSourceContract;
import dev.ocifs.oci.source.RangeFetcher;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class LazyBlobContractTest {

  /** Fetched while it is read. */
  @Nested
  final class Empty extends BlobSourceContract {
    @TempDir Path dir;

    @Override
    protected BlobSource open(byte[] content) throws IOException {
      return lazy(dir, content);
    }
  }

  /** All here and verified before it is read. */
  @Nested
  final class Complete extends BlobSourceContract {
    @TempDir Path dir;

    @Override
    protected BlobSource open(byte[] content) throws IOException {
      LazyBlob blob = lazy(dir, content);
      blob.complete(bytes -> {});
      return blob;
    }
  }

  /** One of several users. */
  @Nested
  final class Shared extends BlobSourceContract {
    @TempDir Path dir;

    @Override
    protected BlobSource open(byte[] content) throws IOException {
      LazyBlobs blobs = new LazyBlobs(Store.open(dir.resolve("store")), LazyOptions.DEFAULT);
      return blobs.open(digest(content), content.length, remote(content), queue());
    }
  }

  private static FetchQueue queue() {
    return new FetchQueue(FetchQueue.DEFAULT_PLACES, 0, Timing.SYSTEM);
  }

  private static Digest digest(byte[] content) {
    return Hasher.hash(Digest.Algorithm.SHA256, content);
  }

  private static LazyBlob lazy(Path dir, byte[] content) throws IOException {
    return LazyBlob.open(
        Store.open(dir.resolve("store")),
        digest(content),
        content.length,
        remote(content),
        queue(),
        LazyOptions.DEFAULT);
  }

  private static RangeFetcher remote(byte[] content) {
    return new RangeFetcher() {
      @Override
      public long size() {
        return content.length;
      }

      @Override
      public void fetch(long pos, long len, Sink sink) throws IOException {
        for (long at = pos; at < pos + len; ) {
          int n = (int) Math.min(10_000, pos + len - at);
          sink.accept(at, content, (int) at, n);
          at += n;
        }
      }

      @Override
      public String toString() {
        return "memory";
      }
    };
  }
}
