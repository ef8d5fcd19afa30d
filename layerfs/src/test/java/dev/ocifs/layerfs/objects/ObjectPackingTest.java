package dev.ocifs.layerfs.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How spans of different kinds are stored. */
class ObjectPackingTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100, 65_535, 65_536, 65_537, 1_000_003})
  void anyLengthComesBack(int length) {
    for (byte[] content : new byte[][] {Spans.random(1, length), Spans.text(1, length)}) {
      Packing.Packed packed = Packing.pack(content, length);
      assertThat(packed.length()).isLessThanOrEqualTo(length);
      byte[] back = Arrays.copyOf(packed.bytes(), packed.length());
      if (packed.method() == Packing.ZSTD) {
        byte[] dst = new byte[length];
        assertThat(Packing.unpack(back, dst, length)).isTrue();
        back = dst;
      }
      assertThat(back).isEqualTo(content);
    }
  }

  /** The first part is text and the rest noise; all told little is saved or much. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 10, 15, 20, 30, 40, 60, 80, 100})
  void compressedMeansAFifthSaved(int percentOfText) {
    int length = 400_000;
    byte[] content = Spans.random(1, length);
    byte[] text = Spans.text(1, length * percentOfText / 100);
    System.arraycopy(text, 0, content, 0, text.length);
    Packing.Packed packed = Packing.pack(content, length);
    if (packed.method() == Packing.ZSTD) {
      assertThat(packed.length()).isLessThanOrEqualTo(length / 5 * 4);
    } else {
      assertThat(packed.length()).isEqualTo(length);
    }
    assertThat(packed.method() == Packing.ZSTD).isEqualTo(percentOfText >= 40);
  }
}
