package dev.ocifs.layerfs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.ocifs.oci.OcifsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeatProfileTest {
  private static AccessTrace trace(int... spans) {
    return new AccessTrace(IntStream.of(spans).mapToLong(s -> SpanKeys.of(0, s)).toArray());
  }

  private static int[] spans(HeatProfile profile) {
    return IntStream.range(0, profile.size()).map(profile::span).toArray();
  }

  private static int[] spans(AccessTrace trace) {
    return IntStream.range(0, trace.size()).map(trace::span).toArray();
  }

  private static float heatOf(HeatProfile profile, int span) {
    int[] spans = spans(profile);
    return profile.heat(
        IntStream.range(0, spans.length).filter(i -> spans[i] == span).findFirst().orElseThrow());
  }

  @Test
  void heatDecaysWithEachMountThatDoesNotReadASpan() {
    HeatProfile profile =
        HeatProfile.empty()
            .plus(trace(1, 2, 3), 0.5f)
            .plus(trace(3, 4), 0.5f)
            .plus(trace(4, 1), 0.5f);
    assertThat(spans(profile)).containsExactly(4, 1, 3, 2);
    assertThat(heatOf(profile, 1)).isEqualTo(1.25f);
    assertThat(heatOf(profile, 2)).isEqualTo(0.25f);
    assertThat(heatOf(profile, 3)).isEqualTo(0.75f);
    assertThat(heatOf(profile, 4)).isEqualTo(1.5f);
  }

  @Test
  void theHottestComeInTheOrderOfFirstUse() {
    HeatProfile profile =
        HeatProfile.empty().plus(trace(1, 2, 3, 4), 0.5f).plus(trace(9, 3, 1), 0.5f);
    assertThat(spans(profile.hottest(2))).containsExactly(3, 1);
    assertThat(spans(profile.hottest(3))).containsExactly(9, 3, 1);
    assertThat(spans(profile.hottest(4))).containsExactly(9, 3, 1, 2);
    assertThat(spans(profile.hottest(100))).containsExactly(9, 3, 1, 2, 4);
    assertThat(profile.hottest(0).size()).isZero();
  }

  @Test
  void whatHasGoneColdIsForgotten() {
    HeatProfile profile = HeatProfile.empty().plus(trace(1), 0.5f);
    for (int mounts = 1; mounts <= 6; mounts++) {
      profile = profile.plus(trace(2), 0.5f);
      assertThat(spans(profile)).as("%s mounts", mounts).containsExactly(2, 1);
    }
    assertThat(spans(profile.plus(trace(2), 0.5f))).containsExactly(2);
    assertThat(spans(profile.plus(trace(1), 0f))).containsExactly(1);
  }

  @Test
  void aDecayThatKeepsAllForeverIsRefused() {
    for (float decay : new float[] {-0.1f, 1, Float.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HeatProfile.empty().plus(trace(1), decay));
    }
  }

  @Test
  void theColdestAreForgottenBeyondTheBound() {
    int most = AccessTrace.MAX_EVENTS;
    long[] first = LongStream.range(0, most).map(i -> SpanKeys.of(1, (int) i)).toArray();
    HeatProfile profile =
        HeatProfile.empty().plus(new AccessTrace(first), 0.5f).plus(trace(7, 8), 0.5f);
    assertThat(profile.size()).isEqualTo(most);
    assertThat(profile.layer(0)).isZero();
    assertThat(profile.span(most - 1)).isEqualTo(most - 3);
  }

  /** A profile of several mounts, each of which skips some of the reads. */
  private static HeatProfile learnt(Random random, int events) {
    HeatProfile profile = HeatProfile.empty();
    AccessTrace all = AccessTraceTest.sequentialIsh(random, events);
    for (int mount = 0; mount < 6; mount++) {
      long[] some =
          LongStream.of(AccessTraceTest.keys(all)).filter(k -> random.nextInt(4) > 0).toArray();
      profile = profile.plus(new AccessTrace(some), HeatProfile.DEFAULT_DECAY);
    }
    return profile;
  }

  @Test
  void aFileGivesBackOrderAndHeatWithinHalfALevel() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      HeatProfile profile = learnt(random, random.nextInt(400));
      HeatProfile back = HeatProfile.decode(profile.encode());
      assertThat(spans(back)).as("seed %s", seed).containsExactly(spans(profile));
      float low = Float.MAX_VALUE;
      float high = 0;
      for (int i = 0; i < profile.size(); i++) {
        low = Math.min(low, profile.heat(i));
        high = Math.max(high, profile.heat(i));
      }
      for (int i = 0; i < profile.size(); i++) {
        assertThat(back.layer(i)).isEqualTo(profile.layer(i));
        assertThat(back.heat(i))
            .as("seed %s", seed)
            .isCloseTo(profile.heat(i), within((high - low) / 510 + 1e-5f));
      }
    }
  }

  @Test
  void equalHeatAndNoHeatAreKeptToo() throws Exception {
    assertThat(HeatProfile.decode(HeatProfile.empty().encode()).size()).isZero();
    HeatProfile even = HeatProfile.decode(HeatProfile.empty().plus(trace(5, 4), 0).encode());
    assertThat(spans(even)).containsExactly(5, 4);
    assertThat(even.heat(0)).isEqualTo(even.heat(1)).isEqualTo(1f);
  }

  @Test
  void levelsTakeAQuarterOfFloats() {
    HeatProfile profile = learnt(new Random(42), 10_000);
    long[] keys =
        LongStream.range(0, profile.size())
            .map(i -> SpanKeys.of(profile.layer((int) i), profile.span((int) i)))
            .toArray();
    int positions = new AccessTrace(keys).encode().length;
    int heat = profile.encode().length - positions;
    assertThat(heat).isEqualTo(profile.size() + 2 * Float.BYTES);
  }

  @Test
  void everyChangedBitAndEveryCutIsNoticed() throws Exception {
    Corruption.assertEveryChangeIsRefused(learnt(new Random(1), 50).encode(), HeatProfile::decode);
  }

  @Test
  void noiseUnderAGoodChecksumIsRefusedOrAProfile() throws Exception {
    byte[] good = learnt(new Random(2), 100).encode();
    long seed = new Random().nextLong();
    int accepted =
        Corruption.assertNoiseIsRefusedOr(
            good,
            3_000,
            seed,
            HeatProfile::decode,
            (profile, file) -> {
              for (int i = 0; i < profile.size(); i++) {
                assertThat(profile.heat(i)).as("seed %s", seed).isPositive().isFinite();
              }
            });
    assertThat(accepted).isPositive();
  }

  @Test
  void aHeatThatIsNoneIsRefused() {
    for (float[] range :
        new float[][] {
          {0, 1}, {-1, 1}, {2, 1}, {Float.NaN, 1}, {1, Float.NaN}, {1, Float.MAX_VALUE}
        }) {
      FrameWriter out = new FrameWriter("OCIFSHET", 0);
      out.f32(range[0]);
      out.f32(range[1]);
      assertThatExceptionOfType(OcifsException.class)
          .isThrownBy(() -> HeatProfile.decode(out.finish()))
          .withMessageContaining("heat");
    }
  }

  @Test
  void aTraceIsNoProfile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    Files.write(file, trace(1).encode());
    assertThatExceptionOfType(OcifsException.class).isThrownBy(() -> HeatProfile.read(file));
    Files.write(file, HeatProfile.empty().plus(trace(1), 0).encode());
    assertThat(HeatProfile.read(file).size()).isOne();
    assertThatExceptionOfType(OcifsException.class).isThrownBy(() -> AccessTrace.read(file));
  }
}
