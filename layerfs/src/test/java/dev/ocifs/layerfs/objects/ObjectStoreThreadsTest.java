package dev.ocifs.layerfs.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads on few spans with room for fewer: what is found is right, and the sums hold. */
class ObjectStoreThreadsTest {
  private static final int THREADS = 6;
  private static final int STEPS = 400;
  private static final int SPANS = 6;
  private static final int LENGTH = 8000;

  @TempDir private Path temp;

  @Test
  void findsRightBytesWhileOthersWriteEvictAndDelete() throws Exception {
    long seed = System.nanoTime();
    Store store = Store.open(temp.resolve("store"));
    try (ObjectStore objects = ObjectStore.open(store, 4 * 8192, LENGTH);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Integer>> wrong = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        SplittableRandom random = new SplittableRandom(seed + t);
        wrong.add(threads.submit(() -> work(store, objects, random)));
      }
      for (Future<Integer> each : wrong) {
        assertThat(each.get()).as("seed %d", seed).isZero();
      }
      objects.flush();
      ObjectStats stats = objects.stats();
      assertThat(stats.hits() + stats.misses()).isEqualTo((long) THREADS * STEPS);
      assertThat(stats.writes()).isPositive();
      assertThat(stats.bytes()).isBetween(0L, 4L * 8192);
    }
    try (ObjectStore again = ObjectStore.open(store, 4 * 8192, LENGTH);
        Stream<Path> files = Files.walk(store.spans())) {
      assertThat(files.filter(Files::isRegularFile).count()).isEqualTo(again.stats().entries());
      assertThat(again.stats().bytes()).isLessThanOrEqualTo(4 * 8192);
    }
  }

  private static int work(Store store, ObjectStore objects, SplittableRandom random)
      throws Exception {
    int wrong = 0;
    byte[] dst = new byte[LENGTH];
    for (int i = 0; i < STEPS; i++) {
      int number = random.nextInt(SPANS);
      byte[] content = Spans.random(number, LENGTH);
      SpanKey key = Spans.key(number, LENGTH);
      if (!objects.find(key, Spans.crc(content), dst)) {
        objects.offer(key, Spans.crc(content), content, false);
      } else if (!Arrays.equals(dst, content)) {
        wrong++;
      }
      if (random.nextInt(20) == 0) {
        Files.deleteIfExists(ObjectFiles.path(store.spans(), key));
      }
    }
    return wrong;
  }
}
