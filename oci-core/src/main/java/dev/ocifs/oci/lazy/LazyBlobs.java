package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import dev.ocifs.oci.source.RemoteState;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The lazy blobs that are open in this process. A blob that is opened several times is one, so that
 * all who read it wait for one request; it is closed with the last. Thread-safe.
 */
public final class LazyBlobs {
  private final Store store;
  private final LazyOptions options;
  private final Map<Digest, Shared> open = new LinkedHashMap<>();

  private Totals closed = new Totals(0, 0, 0);

  /**
   * What all blobs together took since this was made.
   *
   * @param fetchedBytes that came from remotes
   * @param servedBytes that were read
   * @param requests to remotes
   */
  public record Totals(long fetchedBytes, long servedBytes, long requests) {
    /** The sum of these and others. */
    public Totals plus(Totals other) {
      return new Totals(
          fetchedBytes + other.fetchedBytes,
          servedBytes + other.servedBytes,
          requests + other.requests);
    }

    private static Totals of(RemoteState state) {
      return new Totals(state.fetchedBytes(), state.servedBytes(), state.requests());
    }
  }

  private static final class Shared {
    final LazyBlob blob;
    int users;

    Shared(LazyBlob blob) {
      this.blob = blob;
    }
  }

  public LazyBlobs(Store store, LazyOptions options) {
    this.store = store;
    this.options = options;
  }

  /**
   * Opens a blob, as {@link LazyBlob#open}. Remote and queue are those of whoever opened it first.
   */
  public Opened open(Digest digest, long size, RangeFetcher remote, FetchQueue queue)
      throws IOException {
    synchronized (open) {
      Shared shared = open.get(digest);
      if (shared == null || shared.blob.size() != size) {
        LazyBlob blob = LazyBlob.open(store, digest, size, remote, queue, options);
        if (shared != null) {
          return new Opened(blob, blob::close); // the sizes differ: one is a lie, and fails alone
        }
        shared = new Shared(blob);
        open.put(digest, shared);
      }
      shared.users++;
      Shared used = shared;
      return new Opened(used.blob, () -> giveBack(used));
    }
  }

  private void giveBack(Shared shared) throws IOException {
    synchronized (open) {
      if (--shared.users > 0) {
        return;
      }
      open.remove(shared.blob.digest());
      closed = closed.plus(Totals.of(shared.blob.state()));
    }
    shared.blob.close();
  }

  /** What all blobs took, those that are closed by now among them. */
  public Totals totals() {
    synchronized (open) {
      Totals sum = closed;
      for (Shared shared : open.values()) {
        sum = sum.plus(Totals.of(shared.blob.state()));
      }
      return sum;
    }
  }

  @FunctionalInterface
  private interface Closing {
    void close() throws IOException;
  }

  /** One of those who use a blob. */
  public static final class Opened extends ForwardingBlob {
    private final LazyBlob blob;
    private final Closing closing;
    private volatile boolean closed;

    private Opened(LazyBlob blob, Closing closing) {
      super(blob);
      this.blob = blob;
      this.closing = closing;
    }

    /** The blob that all share; closing this source closes it when nobody else uses it. */
    public LazyBlob blob() {
      return blob;
    }

    @Override
    public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
      requireOpen();
      super.readFully(pos, dst, off, len);
    }

    @Override
    public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
      requireOpen();
      super.readOnce(pos, dst, off, len);
    }

    private void requireOpen() throws OcifsException {
      if (closed) {
        throw new OcifsException(OcifsException.Kind.IO, this + " was closed");
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      closing.close();
    }
  }
}
