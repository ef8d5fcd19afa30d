package dev.ocifs.oci.lazy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** What tests of lazy blobs work with: a store, a queue whose time stands still, and readers. */
final class Bench {
  static final int UNIT = PresenceMap.UNIT_BYTES;
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  final Store store;
  final ManualTiming timing = new ManualTiming();
  final FetchQueue queue;

  Bench(Path root) throws IOException {
    this(root, FetchQueue.DEFAULT_PLACES, 0);
  }

  Bench(Path root, int places, long rate) throws IOException {
    this(root, places, rate, Duration.ZERO);
  }

  Bench(Path root, int places, long rate, Duration rest) throws IOException {
    store = Store.open(root);
    queue = new FetchQueue(places, rate, rest, timing);
  }

  LazyBlob open(Remote remote) throws IOException {
    return LazyBlob.open(store, remote.digest(), remote.size(), remote, queue, LazyOptions.DEFAULT);
  }

  /** Reads a range and compares it with what the remote has. */
  static void read(BlobSource blob, Remote remote, long pos, int len) throws IOException {
    byte[] found = new byte[len];
    blob.readFully(pos, found, 0, len);
    check(found, remote, pos);
  }

  static void check(byte[] found, Remote remote, long pos) {
    byte[] expected = new byte[found.length];
    remote.fill(pos, expected, 0, expected.length);
    assertThat(found).as("%d bytes from %d", found.length, pos).isEqualTo(expected);
  }

  /** Does something that throws. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** Does it in a thread of its own. */
  static CompletableFuture<Void> start(Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    THREADS.execute(
        () -> {
          try {
            work.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  static CompletableFuture<Void> reading(BlobSource blob, Remote remote, long pos, int len) {
    return start(() -> read(blob, remote, pos, len));
  }
}
