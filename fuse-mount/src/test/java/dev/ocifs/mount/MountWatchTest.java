package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MountWatchTest {
  private static final Path DIR = Path.of("/some/dir");
  private static final String DEVICE = "0:77";

  /** A table of mounts that changes when the test says so. */
  private static final class FakeChanges implements MountChanges {
    final SynchronousQueue<List<MountTable.Entry>> changes = new SynchronousQueue<>();
    final CountDownLatch closed = new CountDownLatch(1);
    final Queue<Throwable> failures = new ArrayDeque<>();
    private List<MountTable.Entry> now = List.of(entry(DIR, DEVICE));

    @Override
    public List<MountTable.Entry> mounts() throws IOException {
      fail();
      return now;
    }

    @Override
    public void await() throws IOException {
      fail();
      try {
        now = changes.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private void fail() throws IOException {
      Throwable failure = failures.poll();
      if (failure instanceof Error e) {
        throw e;
      }
      if (failure instanceof IOException e) {
        throw e;
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static MountTable.Entry entry(Path dir, String device) {
    return new MountTable.Entry(dir, "erofs", "x", "ro", device);
  }

  private final FakeChanges table = new FakeChanges();

  private MountWatch watch() {
    return MountWatch.start(DIR, DEVICE, table, 0);
  }

  @Test
  void endsWhenTheMountHasGoneWhateverElseIsMounted() throws Exception {
    MountWatch watch = watch();
    table.changes.put(List.of(entry(Path.of("/other"), "0:78"), entry(DIR, DEVICE)));
    table.changes.put(List.of(entry(DIR, DEVICE), entry(DIR, "0:79")));
    assertThat(watch.ended()).isNotDone();
    table.changes.put(List.of(entry(DIR, "0:79"), entry(Path.of("/other"), DEVICE)));
    watch.ended().get();
    table.closed.await();
  }

  @Test
  void looksAgainWhereItCannotLookOrSleep() throws Exception {
    for (int i = 0; i < 10; i++) {
      table.failures.add(new IOException("too many open files"));
      table.failures.add(new OutOfMemoryError("heap"));
    }
    MountWatch watch = watch();
    table.changes.put(List.of(entry(DIR, DEVICE)));
    assertThat(table.failures).isEmpty();
    assertThat(watch.ended()).isNotDone();
    table.changes.put(List.of());
    watch.ended().get();
    table.closed.await();
  }

  @Test
  void oneThatIsForgottenEndsThoughTheMountStays() throws Exception {
    MountWatch watch = watch();
    table.changes.put(List.of(entry(DIR, DEVICE))); // it has begun
    watch.forget();
    while (table.closed.getCount() > 0) {
      boolean ignored = table.changes.offer(List.of(entry(DIR, DEVICE))); // where it sleeps
      assertThat(Thread.interrupted()).as("timed out").isFalse();
    }
  }
}
