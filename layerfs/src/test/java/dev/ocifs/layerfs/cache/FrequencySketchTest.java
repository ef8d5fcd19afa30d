package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrequencySketchTest {
  private final FrequencySketch sketch = new FrequencySketch();

  private void use(int hash, int times) {
    for (int i = 0; i < times; i++) {
      sketch.use(hash);
    }
  }

  @Test
  void countsUses() {
    use(1, 3);
    use(2, 5);
    assertThat(sketch.count(1)).isEqualTo(3);
    assertThat(sketch.count(2)).isEqualTo(5);
    assertThat(sketch.count(3)).isZero();
  }

  @Test
  void neverCountsTooFewAndSeldomTooMany() {
    int keys = 1000;
    sketch.fit(keys);
    Random random = new Random(3);
    int[] hashes = random.ints(keys).toArray();
    int[] uses = new int[keys];
    for (int i = 0; i < keys * 20; i++) {
      int key = Math.min(random.nextInt(keys), random.nextInt(keys));
      uses[key]++;
      sketch.use(hashes[key]);
    }
    int right = 0;
    for (int key = 0; key < keys; key++) {
      assertThat(sketch.count(hashes[key])).isGreaterThanOrEqualTo(uses[key]);
      right += sketch.count(hashes[key]) == uses[key] ? 1 : 0;
    }
    assertThat(right).isGreaterThan(keys * 9 / 10);
  }

  @Test
  void stopsCountingAtWhatAByteHolds() {
    sketch.fit(1000);
    use(7, 1000);
    assertThat(sketch.count(7)).isEqualTo(255);
  }

  @Test
  void keepsItsCountsWhenItGrows() {
    Random random = new Random(4);
    int[] hashes = random.ints(12).toArray();
    for (int i = 0; i < hashes.length; i++) {
      use(hashes[i], i);
    }
    sketch.fit(5000);
    for (int i = 0; i < hashes.length; i++) {
      assertThat(sketch.count(hashes[i])).isGreaterThanOrEqualTo(i);
    }
  }

  @Test
  void forgetsHalfOfWhatWasLongAgo() {
    use(1, 100);
    int others = 0;
    while (sketch.count(1) >= 100 && others < 100_000) {
      sketch.use(2);
      others++;
    }
    assertThat(sketch.count(1)).isEqualTo(50);
  }
}
