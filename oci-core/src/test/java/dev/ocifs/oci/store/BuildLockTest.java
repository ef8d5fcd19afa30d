package dev.ocifs.oci.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class BuildLockTest {
  @TempDir Path dir;
  private Store store;
  private Path target;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(dir.resolve("store"));
    target = store.layerIndex("layer");
  }

  @Test
  void ofManyThreadsOneBuilds() throws Exception {
    AtomicInteger built = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Store own = Store.open(store.root()); // the lock is the process's, not the object's
        all.add(threads.submit(() -> build(own, built, inside)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(built).hasValue(1);
    assertThat(target).exists();
  }

  private Object build(Store own, AtomicInteger built, AtomicInteger inside) throws IOException {
    BuildLock lock = own.lock("layer");
    try {
      assertThat(inside.incrementAndGet()).isEqualTo(1);
      if (!Files.exists(target)) {
        try (PendingFile pending = own.create(target)) {
          pending.commit();
        }
        built.incrementAndGet();
      }
      inside.decrementAndGet();
    } finally {
      lock.close();
    }
    return built;
  }

  @Test
  void theSecondProcessWaitsAndFindsItDone() throws Exception {
    try (ChildProcess child = ChildProcess.start("build", store.root(), target);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      assertThat(child.line()).isEqualTo("building");
      Callable<Boolean> second = this::foundDone;
      Future<Boolean> found = threads.submit(second);
      assertThat(found.isDone()).isFalse();
      child.proceed();
      assertThat(found.get()).isTrue();
    }
    assertThat(target).hasContent("by the child");
  }

  @Test
  void theLockFallsWithItsProcess() throws Exception {
    try (ChildProcess child = ChildProcess.start("build", store.root(), target)) {
      assertThat(child.line()).isEqualTo("building");
      child.kill();
    }
    assertThat(foundDone()).isFalse();
  }

  private boolean foundDone() throws IOException {
    BuildLock lock = store.lock("layer");
    try {
      return Files.exists(target);
    } finally {
      lock.close();
    }
  }

  @Test
  void locksOfOtherNamesAndClosedLocksDoNotWait() throws IOException {
    BuildLock one = store.lock("one");
    store.lock("two").close();
    one.close();
    one.close();
    store.lock("one").close();
    assertThat(store.tmpDir()).isEmptyDirectory();
  }
}
