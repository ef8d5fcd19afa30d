package dev.ocifs.layerfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeFormatTest {
  private static long holes(long size, long... runs) {
    return TreeFormat.holeBytes(TreeFormat.packRuns(runs), size);
  }

  @Test
  void aBlockIsAHoleWhenNoByteOfItIsStored() {
    assertThat(holes(0)).isZero();
    assertThat(holes(10_000)).isEqualTo(10_000);
    assertThat(holes(10_000, 0, 10_000)).isZero();
    assertThat(holes(10_000, 0, 1)).isEqualTo(10_000 - 4096);
    assertThat(holes(10_000, 9_999, 1)).as("the rest of the last block").isEqualTo(8192);
    assertThat(holes(1 << 20, 4095, 2)).as("two blocks").isEqualTo((1 << 20) - 8192);
    assertThat(holes(1 << 20, 4096, 4096)).isEqualTo((1 << 20) - 4096);
    assertThat(holes(1 << 20, 4096, 0)).as("a run of nothing").isEqualTo(1 << 20);
    assertThat(holes(Long.MAX_VALUE, Long.MAX_VALUE - 1, 1))
        .isEqualTo(Long.MAX_VALUE / 4096 * 4096);
  }

  @Test
  void anyMapGivesWhatCountingBlocksGives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      int size = random.nextInt(40_000);
      boolean[] blocks = new boolean[10];
      long[] runs = new long[0];
      for (int at = random.nextInt(9_000); at < size; ) {
        int length = 1 + random.nextInt(Math.min(6_000, size - at));
        runs = Arrays.copyOf(runs, runs.length + 2);
        runs[runs.length - 2] = at;
        runs[runs.length - 1] = length;
        for (int pos = at; pos < at + length; pos++) {
          blocks[pos / 4096] = true;
        }
        at += length + random.nextInt(9_000);
      }
      long expected = 0;
      for (int pos = 0; pos < size; pos++) {
        expected += blocks[pos / 4096] ? 0 : 1;
      }
      assertThat(holes(size, runs))
          .as("seed %d, %d bytes, runs %s", seed, size, Arrays.toString(runs))
          .isEqualTo(expected);
    }
  }
}
