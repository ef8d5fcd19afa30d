package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.RangeFetcher;
import dev.ocifs.oci.source.Ranges;
import dev.ocifs.oci.source.RemoteState;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A blob of a registry whose bytes are fetched when they are read, and stay.
 *
 * <p>A read ({@link PartialReader}) looks at the map of what is here ({@link PresenceMap}); if that
 * has all of it, the read takes no lock. Else it says what it wants ({@link Want}) and waits for
 * just those units. The {@link UnitFetcher} gets them: its {@link Plan} merges wants into ranges
 * that nobody fetches yet, the {@link FetchQueue} of the host decides when one is fetched, and a
 * {@link Fetch} hands over each unit of 64 KiB as it arrives.
 *
 * <p>When a fetch fails the wants stay, and are tried again after a pause that doubles ({@link
 * Faults}). A read that got no byte it needs within the read timeout fails; what is here goes on
 * being served, and the next read tries anew at once. Who is no reader does not wait where the
 * remote has said what will not pass: that it has no such blob, or another one. Nothing that waits
 * holds a fetch: an interrupted reader leaves those of others alone.
 *
 * <p>When all units are here ({@link PartialBlob} has them), whoever brought the last one has the
 * whole blob compared with its digest and moved to the blobs of the store ({@link Completion});
 * during a pass over the blob that is left to the pass ({@link #verified}), or to {@link
 * #complete}. From then on this is a file, also after a restart, and the remote is never asked.
 * Until then nothing is verified here: {@link #trusted} says so.
 *
 * <p>Thread-safe. Memory depends on neither the blob nor the readers but for 64 KiB a request.
 */
public final class LazyBlob implements BlobSource {
  private static final int UNIT = PresenceMap.UNIT_BYTES;

  /** What there is of a blob that was not whole when it was opened. */
  private record Parts(
      PartialBlob partial, UnitFetcher fetcher, PartialReader reader, Completion completion) {

    static Parts of(
        Store store,
        Digest digest,
        PartialBlob partial,
        RangeFetcher remote,
        FetchQueue queue,
        LazyOptions options,
        Faults faults) {
      Completion completion = new Completion(store, digest, partial, faults);
      UnitFetcher fetcher =
          new UnitFetcher(digest, remote, queue, options, partial, faults, completion::finishSoon);
      return new Parts(partial, fetcher, new PartialReader(partial, fetcher, faults), completion);
    }
  }

  private final Digest digest;
  private final long size;
  private final RangeFetcher remote;
  private final Faults faults;

  /** Null when the store had all of it at the beginning. */
  private final @Nullable Parts parts;

  /** What the store had at the beginning. */
  private final @Nullable FileBlob stored;

  private final AtomicLong served = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  private LazyBlob(
      Store store,
      Digest digest,
      long size,
      RangeFetcher remote,
      FetchQueue queue,
      LazyOptions options)
      throws IOException {
    this.digest = digest;
    this.size = size;
    this.remote = remote;
    faults = new Faults(digest, remote, options.readTimeout());
    PartialBlob partial = PartialBlob.open(store, digest, size);
    parts =
        partial == null ? null : Parts.of(store, digest, partial, remote, queue, options, faults);
    stored = partial == null ? FileBlob.open(store.blob(digest)) : null;
  }

  /**
   * Opens a blob; nothing is fetched yet. The caller closes it.
   *
   * @param size what the descriptor of the blob says
   * @param remote where what is not here comes from; never called when the store has the blob
   * @param queue the requests to the host of the remote
   * @throws OcifsException {@code STORE} when the store cannot be written, {@code LIMIT} when the
   *     blob is longer than files are
   */
  public static LazyBlob open(
      Store store,
      Digest digest,
      long size,
      RangeFetcher remote,
      FetchQueue queue,
      LazyOptions options)
      throws IOException {
    LazyBlob blob = new LazyBlob(store, digest, size, remote, queue, options);
    if (blob.parts != null) {
      blob.parts.fetcher.tellWhenAllIsHere();
    }
    return blob;
  }

  private @Nullable FileBlob whole() {
    return parts == null ? stored : parts.completion.whole();
  }

  private Parts parts() {
    if (parts == null) {
      throw new IllegalStateException("the blob is whole");
    }
    return parts;
  }

  @Override
  public long size() {
    return size;
  }

  /** The digest of the whole blob. */
  public Digest digest() {
    return digest;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    FileBlob all = whole();
    if (all != null) {
      all.readFully(pos, dst, off, len);
    } else if (len > 0) {
      parts().reader.read(pos, dst, off, len, FetchPriority.current(), false);
    }
    served.addAndGet(len);
  }

  /**
   * As {@link #readFully}, and fetches far ahead, with several large requests at once in the order
   * of their positions. Gives way to reads.
   */
  @Override
  public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    Ranges.check(this, size, pos, len);
    FileBlob all = whole();
    if (all != null) {
      all.readOnce(pos, dst, off, len);
    } else if (len > 0) {
      FetchPriority rank = FetchPriority.current().atMost(FetchPriority.PREFETCH);
      parts().fetcher.runAhead((int) (pos / UNIT), rank);
      parts().reader.read(pos, dst, off, len, rank, true);
    }
    served.addAndGet(len);
  }

  @Override
  public void expect(long pos, long len) {
    if (isPending(pos, len)) {
      int to = PresenceMap.units(pos + len);
      parts().fetcher.expect((int) (pos / UNIT), to, FetchPriority.current());
    }
  }

  @Override
  public boolean suspect(long pos, long len) {
    return isPending(pos, len)
        && parts().fetcher.suspect((int) (pos / UNIT), PresenceMap.units(pos + len));
  }

  /** Whether this is a range of the blob, and the blob is not whole yet. */
  private boolean isPending(long pos, long len) {
    return whole() == null && pos >= 0 && len > 0 && pos <= size - len;
  }

  /**
   * Fetches all that is missing, in the background, and has the whole verified and kept. Returns
   * when the blob is complete.
   *
   * @param progress told how many more bytes are here
   * @throws OcifsException {@code REMOTE} when all attempts of the read timeout fail, {@code
   *     NOT_FOUND} or {@code DENIED} as soon as the remote says so, {@code MISMATCH} when the bytes
   *     are not those of the digest, {@code STORE} when they cannot be kept; it may be called again
   */
  public void complete(LongConsumer progress) throws IOException {
    if (whole() == null) {
      Completion completion = parts().completion;
      int known = completion.failures();
      while (!completion.finish()) {
        completion.throwNewFailure(known);
        parts().reader.awaitAll(progress);
      }
    }
  }

  /** Keeps the blob without reading it again. */
  @Override
  public void verified() throws IOException {
    if (whole() == null) {
      parts().fetcher.endPass();
      parts().completion.verified();
      boolean ignored = parts().completion.finish();
    }
  }

  /** Forgets what an earlier process has left of the blob or, if that is nothing, all of it. */
  @Override
  public boolean refuted() throws IOException {
    if (whole() != null) {
      return false;
    }
    parts().fetcher.endPass();
    return parts().completion.refuted();
  }

  /** Whether the whole was compared with its digest. */
  @Override
  public boolean trusted() {
    return whole() != null;
  }

  /** The store's file, when the blob is complete. */
  @Override
  public Optional<Path> wholeFile() {
    FileBlob all = whole();
    return all == null ? Optional.empty() : all.wholeFile();
  }

  /** What is here, and what it took. */
  public RemoteState state() {
    long present = parts == null ? size : parts.fetcher.presentBytes();
    boolean complete = whole() != null;
    return new RemoteState(
        size,
        complete ? size : present,
        parts == null ? 0 : parts.fetcher.fetchedBytes(),
        served.get(),
        parts == null ? 0 : parts.fetcher.requests(),
        complete,
        faults.reason());
  }

  /** Ends all fetches and wakes whoever waits; what is here stays. */
  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return;
    }
    if (parts != null) {
      parts.fetcher.close();
      parts.completion.close();
    } else if (stored != null) {
      stored.close();
    }
  }

  @Override
  public String toString() {
    return "blob " + digest + " of " + remote;
  }
}
