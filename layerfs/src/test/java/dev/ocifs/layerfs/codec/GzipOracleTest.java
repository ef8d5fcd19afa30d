package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares with the JDK's decoders on generated, corrupted and truncated data. */
class GzipOracleTest {

  private static final long SEED = 20_240_607;

  /** For the longest output: damage can make a match of few bits. */
  private static final byte[] ROOM = new byte[8 << 20];

  @Test
  void decodesWhatTheJdkDecodes() throws IOException {
    for (int i = 0; i < 2500; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] data = Samples.data(random, Samples.size(random, 70_000));
      byte[] blob = Samples.gzip(random, data);
      long spacing = random.nextInt(1, 200_000);
      Decoded decoded = Decoded.of(Compression.GZIP, blob, spacing, random);
      assertThat(Arrays.equals(decoded.bytes(), data)).as("seed %s", SEED + i).isTrue();
      assertThat(jdk(blob)).as("oracle, seed %s", SEED + i).isEqualTo(data);
    }
  }

  @Test
  void resumesAtEveryCheckpoint() throws IOException {
    int[] kinds = new int[3];
    try (SpanDecoder spans = LayerCodec.spanDecoder(Compression.GZIP)) {
      for (int i = 0; i < 250; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        byte[] data = Samples.data(random, Samples.size(random, 100_000));
        byte[] blob = Samples.gzip(random, data);
        Decoded decoded = Decoded.of(Compression.GZIP, blob, random.nextInt(100, 5000), random);
        assertThat(Arrays.equals(decoded.bytes(), data)).as("seed %s", SEED + i).isTrue();
        decoded.assertSpansDecode(spans, blob);
        for (Checkpoint checkpoint : decoded.checkpoints()) {
          // Beyond the next checkpoint, over blocks and members, and to any byte in between.
          int length = random.nextInt((int) (data.length - checkpoint.outPos() + 1));
          decoded.assertSpanDecodes(spans, blob, checkpoint, blob.length, length);
          kinds[
              checkpoint.kind() == Checkpoint.Kind.START
                  ? 0
                  : checkpoint.storedLeft() > 0 ? 1 : 2]++;
        }
      }
    }
    assertThat(kinds[0]).as("at members").isGreaterThan(250);
    assertThat(kinds[1]).as("in stored blocks").isGreaterThan(250);
    assertThat(kinds[2]).as("in other blocks").isGreaterThan(2000);
  }

  @Test
  void resumesWithWindowsOfWhichUnusedBytesAreZero() throws IOException {
    long kept = 0;
    long windows = 0;
    try (SpanDecoder spans = LayerCodec.spanDecoder(Compression.GZIP)) {
      for (int i = 0; i < 100; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        byte[] data = Samples.data(random, random.nextInt(100_000, 400_000));
        byte[] blob = Samples.gzip(random, data);
        int spacing = random.nextInt(33_000, 90_000);
        Decoded decoded = Decoded.of(Compression.GZIP, blob, spacing, random);
        decoded.assertSpansDecode(spans, blob);
        for (Checkpoint checkpoint : decoded.checkpoints()) {
          int length = (int) (data.length - checkpoint.outPos());
          decoded.assertSpanDecodes(spans, blob, checkpoint, blob.length, length);
          byte[] window = checkpoint.window();
          windows += window.length;
          for (int w = 0; w < window.length; w++) {
            byte original = data[(int) checkpoint.outPos() - window.length + w];
            if (window[w] != 0 && window[w] != original) {
              fail("seed %s: wrong byte in the window of %s", SEED + i, checkpoint);
            }
            kept += window[w] == 0 ? 0 : 1;
          }
        }
      }
    }
    assertThat(kept).as("bytes kept of %s", windows).isBetween(windows / 200, windows / 2);
  }

  @Test
  void acceptsAndRejectsRawDataAsTheJdkDoes() throws IOException {
    int accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] data = Samples.data(random, Samples.size(random, 3000));
      byte[] raw = damage(random, Samples.deflate(random, data));
      byte @Nullable [] expected = jdkRaw(raw);
      byte @Nullable [] actual = ownRaw(raw);
      accepted += expected == null ? 0 : 1;
      if (!Arrays.equals(actual, expected)) {
        fail("seed %s: JDK %s, own %s", SEED + i, verdict(expected), verdict(actual));
      }
    }
    assertThat(accepted).as("damage that still decodes").isBetween(2000, 18_000);
  }

  @Test
  void acceptsAndRejectsNoiseAsTheJdkDoes() throws IOException {
    for (int i = 0; i < 30_000; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] raw = new byte[random.nextInt(1, 120)];
      random.nextBytes(raw);
      // Dynamic blocks with few code length codes get furthest.
      raw[0] = (byte) ((raw[0] & 0xf8) | random.nextInt(8));
      byte @Nullable [] expected = jdkRaw(raw);
      byte @Nullable [] actual = ownRaw(raw);
      if (!Arrays.equals(actual, expected)) {
        fail("seed %s: JDK %s, own %s", SEED + i, verdict(expected), verdict(actual));
      }
    }
  }

  @Test
  void acceptsAndRejectsDamagedFilesAsTheJdkDoes() {
    for (int i = 0; i < 3000; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      byte[] data = Samples.data(random, Samples.size(random, 5000));
      byte[] blob = damage(random, Samples.gzipMember(random, data));
      if (blob.length > 3 && (blob[3] & 0xe0) != 0) {
        blob[3] &= 0x1f; // The JDK ignores reserved flags.
      }
      byte @Nullable [] expected = tolerant(() -> jdk(blob));
      byte @Nullable [] actual =
          tolerant(() -> Decoded.of(Compression.GZIP, blob, 1000, random).bytes());
      if (!Arrays.equals(actual, expected)) {
        fail("seed %s: JDK %s, own %s", SEED + i, verdict(expected), verdict(actual));
      }
    }
  }

  @Test
  void survivesDamagedSpans() throws IOException {
    try (SpanDecoder spans = LayerCodec.spanDecoder(Compression.GZIP)) {
      for (int i = 0; i < 300; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        byte[] data = Samples.data(random, Samples.size(random, 20_000));
        byte[] blob = Samples.gzip(random, data);
        Decoded decoded = Decoded.of(Compression.GZIP, blob, 2000, random);
        byte[] damaged = damage(random, blob);
        for (Checkpoint from : decoded.checkpoints()) {
          int length = (int) (data.length - from.outPos());
          byte[] dst = new byte[length + LayerDecoder.SLACK_BYTES];
          try {
            spans.decode(new ArrayBlob(damaged), from, blob.length, dst, length);
          } catch (OcifsException e) {
            assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE);
          }
        }
      }
    }
  }

  private static byte[] damage(SplittableRandom random, byte[] bytes) {
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    byte[] damaged = bytes.clone();
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      // Headers of blocks, at the front, are the richest target.
      int at = random.nextInt(random.nextBoolean() ? Math.min(60, damaged.length) : damaged.length);
      damaged[at] =
          (byte)
              (random.nextBoolean() ? damaged[at] ^ (1 << random.nextInt(8)) : random.nextInt(256));
    }
    return damaged;
  }

  private static byte[] jdk(byte[] blob) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(blob), 8192)) {
      return in.readAllBytes();
    }
  }

  private static byte @Nullable [] jdkRaw(byte[] raw) {
    Inflater inflater = new Inflater(true);
    inflater.setInput(raw);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buf = new byte[70_000];
    try {
      while (!inflater.finished()) {
        int n = inflater.inflate(buf);
        if (n == 0 && !inflater.finished()) {
          return null;
        }
        out.write(buf, 0, n);
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }

  private static byte @Nullable [] ownRaw(byte[] raw) throws IOException {
    SpanInput input = new SpanInput();
    input.open(new ArrayBlob(raw), 0, raw.length);
    Inflate inflate = new Inflate(new BitInput(input));
    inflate.begin();
    int room = ROOM.length - LayerDecoder.SLACK_BYTES;
    try {
      int end = inflate.decode(ROOM, 0, room, room);
      assertThat(inflate.atEnd()).isTrue();
      return Arrays.copyOf(ROOM, end);
    } catch (OcifsException e) {
      assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE);
      return null;
    }
  }

  @FunctionalInterface
  private interface Decoding {
    byte[] run() throws IOException;
  }

  private static byte @Nullable [] tolerant(Decoding decoding) {
    try {
      return decoding.run();
    } catch (IOException e) {
      return null;
    }
  }

  private static String verdict(byte @Nullable [] result) {
    return result == null ? "rejects" : "gives " + result.length + " bytes";
  }
}
