package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every codec keeps to, however it compresses. */
abstract class LayerDecoderContract {

  private static final long SEED = 9_081_726;

  /** The compression that {@link #compress} gives. */
  abstract Compression compression();

  /** Compresses in one of the ways the format has, at random. */
  abstract byte[] compress(SplittableRandom random, byte[] layer) throws IOException;

  @Test
  void givesTheLayerBack() throws IOException {
    for (int size : new int[] {0, 1, 2, 257, 258, 259, 32_768, 65_535, 65_536, 65_537, 1 << 20}) {
      SplittableRandom random = new SplittableRandom(SEED + size);
      byte[] layer = Samples.data(random, size);
      byte[] blob = compress(random, layer);
      Decoded decoded = Decoded.of(compression(), blob, 50_000, random);
      assertThat(Arrays.equals(decoded.bytes(), layer)).as("size %s", size).isTrue();
    }
  }

  @Test
  void takesAndGivesSingleBytes() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] layer = Samples.data(random, 3000);
    Decoded decoded = Decoded.of(compression(), compress(random, layer), 100, 1);
    assertThat(decoded.bytes()).isEqualTo(layer);
  }

  @Test
  void placesCheckpointsInOrderWithinTheLayer() throws IOException {
    for (int i = 0; i < 60; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] layer = Samples.data(random, Samples.size(random, 50_000));
      long spacing = random.nextInt(100, 20_000);
      Decoded decoded = Decoded.of(compression(), compress(random, layer), spacing, random);
      List<Checkpoint> checkpoints = decoded.checkpoints();
      assertThat(checkpoints.getFirst()).isEqualTo(Checkpoint.start(0, 0));
      for (int c = 1; c < checkpoints.size(); c++) {
        Checkpoint checkpoint = checkpoints.get(c);
        assertThat(checkpoint.outPos())
            .isGreaterThanOrEqualTo(checkpoints.get(c - 1).outPos() + spacing / 2)
            .isLessThan(layer.length);
        assertThat(checkpoint.inBit())
            .isGreaterThan(checkpoints.get(c - 1).inBit())
            .isGreaterThanOrEqualTo(checkpoint.headerBit());
        assertThat(checkpoint.window()).hasSizeLessThanOrEqualTo(LayerDecoder.HISTORY_BYTES);
      }
    }
  }

  @Test
  void decodesEverySpan() throws IOException {
    if (compression() == Compression.XZ || compression() == Compression.BZIP2) {
      assertThatThrownBy(() -> LayerCodec.spanDecoder(compression()))
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }
    try (SpanDecoder spans = LayerCodec.spanDecoder(compression())) {
      for (int i = 0; i < 60; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        byte[] layer = Samples.data(random, Samples.size(random, 100_000));
        byte[] blob = compress(random, layer);
        Decoded decoded = Decoded.of(compression(), blob, random.nextInt(100, 20_000), random);
        decoded.assertSpansDecode(spans, blob);
      }
    }
  }

  @Test
  void resetsToTheStateOfANewDecoder() throws IOException {
    if (compression() == Compression.XZ || compression() == Compression.BZIP2) {
      return; // Without spans, as decodesEverySpan asserts.
    }
    int failed = 0;
    SpanDecoder used = LayerCodec.spanDecoder(compression());
    for (int i = 0; i < 150; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] layer = Samples.data(random, Samples.size(random, 60_000));
      byte[] blob = compress(random, layer);
      Decoded decoded = Decoded.of(compression(), blob, random.nextInt(100, 20_000), random);
      byte[] damaged = blob.clone();
      for (int n = random.nextInt(1, 5); n > 0 && blob.length > 0; n--) {
        damaged[random.nextInt(blob.length)] = (byte) random.nextInt(256);
      }
      if (random.nextBoolean()) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length + 1));
      }
      for (Checkpoint checkpoint : decoded.checkpoints()) {
        int length = random.nextInt((int) (layer.length - checkpoint.outPos() + 1));
        for (Checkpoint from : List.of(checkpoint, shortWindow(random, checkpoint))) {
          String asUsed = outcome(used, damaged, from, length);
          try (SpanDecoder fresh = LayerCodec.spanDecoder(compression())) {
            assertThat(asUsed)
                .as("seed %s, %s bytes from %s", SEED + i, length, from)
                .isEqualTo(outcome(fresh, damaged, from, length));
          }
          failed += asUsed.startsWith("dev") ? 1 : 0;
          if (!used.reset()) {
            used.close();
            used = LayerCodec.spanDecoder(compression());
          }
        }
      }
      decoded.assertSpansDecode(used, blob);
    }
    used.close();
    assertThat(failed).as("spans that did not decode").isGreaterThan(50);
  }

  /** As in an index that is wrong: history that the data refers to is missing. */
  private static Checkpoint shortWindow(SplittableRandom random, Checkpoint from) {
    int left = random.nextInt(from.window().length + 1);
    byte[] window =
        Arrays.copyOfRange(from.window(), from.window().length - left, from.window().length);
    return new Checkpoint(
        from.outPos(), from.inBit(), from.headerBit(), from.kind(), from.storedLeft(), window);
  }

  /** All that a caller can see of decoding a span: the destination, and the error if any. */
  private static String outcome(SpanDecoder decoder, byte[] blob, Checkpoint from, int length)
      throws IOException {
    byte[] dst = new byte[length + LayerDecoder.SLACK_BYTES];
    String error = "";
    try {
      decoder.decode(new ArrayBlob(blob), from, blob.length, dst, length);
    } catch (OcifsException e) {
      error = e.toString();
    }
    return error + HexFormat.of().formatHex(dst, 0, length);
  }

  @Test
  void refusesWhatIsCutShort() throws IOException {
    if (compression() == Compression.NONE) {
      return; // Any prefix of a plain layer is one; the digest tells.
    }
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] blob = compress(random, Samples.data(random, 2000));
    for (int len = 0; len < blob.length; len += 1 + random.nextInt(12)) {
      byte[] cut = Arrays.copyOf(blob, len);
      if (!endsBetweenParts(cut)) {
        assertThatThrownBy(() -> Decoded.of(compression(), cut, 1000, 4096))
            .as("%s of %s bytes", len, blob.length)
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE));
      }
    }
  }

  /** Whether a blob that is cut here is complete all the same. */
  boolean endsBetweenParts(byte[] cut) {
    return false;
  }

  @Test
  void throwsNothingElseOnDamage() throws IOException {
    for (int i = 0; i < 1000; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] blob = compress(random, Samples.data(random, Samples.size(random, 1000)));
      for (int n = random.nextInt(1, 5); n > 0 && blob.length > 0; n--) {
        int near = random.nextBoolean() ? Math.min(40, blob.length) : blob.length;
        blob[random.nextInt(near)] = (byte) random.nextInt(256);
      }
      try {
        Decoded.of(compression(), blob, 300, random);
      } catch (OcifsException e) {
        assertThat(e.kind())
            .as("seed %s", SEED + i)
            .isIn(
                OcifsException.Kind.INVALID_IMAGE,
                OcifsException.Kind.UNSUPPORTED,
                OcifsException.Kind.LIMIT);
        assertThat(e).hasMessageContaining("of the blob");
      }
    }
  }

  @Test
  void passesOnWhatTheInputThrows() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] blob = compress(random, Samples.data(random, 300_000));
    int[] pos = {0};
    LayerDecoder.Input failing =
        (dst, off, len) -> {
          int n = Math.min(Math.min(len, 1000), blob.length / 2 - pos[0]);
          if (n == 0) {
            throw new IOException("disk on fire");
          }
          System.arraycopy(blob, pos[0], dst, off, n);
          pos[0] += n;
          return n;
        };
    byte[] buffer = new byte[LayerDecoder.HISTORY_BYTES + 300_000 + LayerDecoder.SLACK_BYTES];
    int limit = buffer.length - LayerDecoder.SLACK_BYTES;
    try (LayerDecoder decoder = LayerCodec.decoder(compression(), failing, 1000, c -> {})) {
      assertThatThrownBy(
              () -> {
                while (decoder.decode(buffer, LayerDecoder.HISTORY_BYTES, limit) >= 0) {}
              })
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("disk on fire");
    }
  }

  @Test
  void refusesBuffersWithoutRoomOrHistory() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] blob = compress(random, Samples.data(random, 1000));
    LayerDecoder.Input input = new PieceInput(blob);
    try (LayerDecoder decoder = LayerCodec.decoder(compression(), input, 1000, c -> {})) {
      byte[] buffer = new byte[LayerDecoder.HISTORY_BYTES + LayerDecoder.SLACK_BYTES];
      assertThatThrownBy(() -> decoder.decode(buffer, 0, buffer.length))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(decoder.decode(buffer, 0, 500)).isPositive();
      assertThatThrownBy(() -> decoder.decode(buffer, 0, 500))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
