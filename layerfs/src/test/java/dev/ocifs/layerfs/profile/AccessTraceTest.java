package dev.ocifs.layerfs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.ocifs.oci.OcifsException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTraceTest {
  /** What a record of a layer, a span and an order would take. */
  private static final int RAW_RECORD_BYTES = 12;

  static long[] keys(AccessTrace trace) {
    return IntStream.range(0, trace.size())
        .mapToLong(i -> SpanKeys.of(trace.layer(i), trace.span(i)))
        .toArray();
  }

  /** Files of one to thirty spans, all over eight layers: what the start of a program reads. */
  static AccessTrace sequentialIsh(Random random, int events) {
    AccessRecorder recorder = new AccessRecorder(AccessTrace.MAX_EVENTS);
    while (recorder.trace().size() < events) {
      int layer = random.nextInt(8);
      int from = random.nextInt(4000);
      int length = 1 + random.nextInt(30);
      for (int span = from; span < from + length; span++) {
        recorder.record(layer, span);
      }
    }
    return recorder.trace();
  }

  @Test
  void eachSpanIsNotedOnceInTheOrderOfFirstUse() {
    AccessRecorder recorder = new AccessRecorder(10);
    for (int[] read : new int[][] {{1, 5}, {0, 5}, {1, 5}, {1, 6}, {0, 5}, {0, 0}, {1, 5}}) {
      recorder.record(read[0], read[1]);
    }
    assertThat(keys(recorder.trace()))
        .containsExactly(
            SpanKeys.of(1, 5), SpanKeys.of(0, 5), SpanKeys.of(1, 6), SpanKeys.of(0, 0));
    assertThat(recorder.dropped()).isZero();
  }

  @Test
  void aFullRecorderKeepsTheFirstAndCountsTheRest() {
    for (int capacity : new int[] {1, 2, 3, 100, 1024}) {
      AccessRecorder recorder = new AccessRecorder(capacity);
      for (int span = 0; span < capacity + 7; span++) {
        recorder.record(3, span);
        recorder.record(3, 0);
      }
      assertThat(keys(recorder.trace()))
          .containsExactly(
              LongStream.range(0, capacity).map(i -> SpanKeys.of(3, (int) i)).toArray());
      assertThat(recorder.dropped()).isEqualTo(7);
    }
  }

  @Test
  void whatNoTraceCanHoldIsDropped() {
    AccessRecorder recorder = new AccessRecorder(10);
    recorder.record(-1, 0);
    recorder.record(AccessTrace.MAX_LAYERS, 0);
    recorder.record(0, -1);
    assertThat(recorder.trace().size()).isZero();
    assertThat(recorder.dropped()).isEqualTo(3);
    recorder.record(AccessTrace.MAX_LAYERS - 1, Integer.MAX_VALUE);
    assertThat(recorder.trace().size()).isOne();
  }

  @Test
  void recordingAllocatesNothing() {
    AccessRecorder recorder = new AccessRecorder(AccessTrace.MAX_EVENTS);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    record(recorder); // loads what it needs
    long before = threads.getCurrentThreadAllocatedBytes();
    record(recorder);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(bytes).isLessThan(1000);
    assertThat(recorder.dropped()).isPositive();
  }

  private static void record(AccessRecorder recorder) {
    for (int i = 0; i < 100_000; i++) {
      recorder.record(i % 7, i);
    }
  }

  @Test
  void manyThreadsNoteEachSpanOnce() throws Exception {
    long seed = new Random().nextLong();
    int spans = 5_000;
    for (int capacity : new int[] {1, 2_000, 10_000}) {
      AccessRecorder recorder = new AccessRecorder(capacity);
      try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
          Random random = new Random(seed + t);
          all.add(
              pool.submit(
                  () -> {
                    for (int i = 0; i < 30_000; i++) {
                      recorder.record(random.nextInt(3), random.nextInt(spans / 3));
                    }
                  }));
        }
        for (Future<?> one : all) {
          one.get();
        }
      }
      long[] keys = keys(recorder.trace());
      assertThat(LongStream.of(keys).distinct().count())
          .as("capacity %s, seed %s", capacity, seed)
          .isEqualTo(keys.length)
          .isEqualTo(Math.min(capacity, spans / 3 * 3));
    }
  }

  @Test
  void aFileGivesBackWhatWasWritten() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Set<Long> keys = new LinkedHashSet<>();
      int size = random.nextInt(300);
      int layers = 1 + random.nextInt(round % 2 == 0 ? 3 : AccessTrace.MAX_LAYERS);
      while (keys.size() < size) {
        int span =
            switch (random.nextInt(4)) {
              case 0 -> Integer.MAX_VALUE - random.nextInt(100);
              case 1 -> random.nextInt() >>> 1;
              default -> random.nextInt(1000);
            };
        keys.add(SpanKeys.of(random.nextInt(layers), span));
      }
      long[] some = keys.stream().mapToLong(Long::longValue).toArray();
      assertThat(keys(AccessTrace.decode(new AccessTrace(some).encode())))
          .as("round %s, seed %s", round, seed)
          .containsExactly(some);
    }
  }

  @Test
  void theLargestTraceFitsItsBound(@TempDir Path folder) throws Exception {
    long[] keys = new long[AccessTrace.MAX_EVENTS];
    for (int i = 0; i < keys.length; i++) {
      int layer = i % 2 == 0 ? 0 : AccessTrace.MAX_LAYERS - 1;
      keys[i] = SpanKeys.of(layer, i / 2 % 2 == 0 ? i : Integer.MAX_VALUE - i);
    }
    Path file = folder.resolve("trace");
    Files.write(file, new AccessTrace(keys).encode());
    assertThat(keys(AccessTrace.read(file))).containsExactly(keys);
    Files.write(file, new byte[2 << 20]);
    assertThatExceptionOfType(OcifsException.class)
        .isThrownBy(() -> AccessTrace.read(file))
        .withMessageContaining("longer than");
  }

  @Test
  void aTraceTakesATenthOfItsRawRecords() {
    AccessTrace trace = sequentialIsh(new Random(42), 10_000);
    int bytes = trace.encode().length;
    int raw = trace.size() * RAW_RECORD_BYTES;
    assertThat(bytes).as("of %s raw bytes", raw).isLessThan(raw / 10);
  }

  @Test
  void everyChangedBitAndEveryCutIsNoticed() throws Exception {
    byte[] good = sequentialIsh(new Random(1), 50).encode();
    Corruption.assertEveryChangeIsRefused(good, AccessTrace::decode);
  }

  @Test
  void noiseUnderAGoodChecksumIsRefusedOrIsATrace() throws Exception {
    byte[] good = sequentialIsh(new Random(2), 100).encode();
    long seed = new Random().nextLong();
    int accepted =
        Corruption.assertNoiseIsRefusedOr(
            good,
            3_000,
            seed,
            AccessTrace::decode,
            (trace, file) -> assertThat(trace.encode()).as("seed %s", seed).isEqualTo(file));
    assertThat(accepted).isPositive();
  }

  @Test
  void hostileCountsAllocateNothing() {
    for (int count : new int[] {-1, Integer.MAX_VALUE, AccessTrace.MAX_EVENTS, 3}) {
      FrameWriter out = new FrameWriter("OCIFSTRC", count);
      out.varint(0);
      out.varint(0);
      assertThatExceptionOfType(OcifsException.class)
          .as("count %s", count)
          .isThrownBy(() -> AccessTrace.decode(out.finish()))
          .withMessageContaining("events");
    }
  }
}
