package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZstdDecoderTest extends LayerDecoderContract {

  @Override
  Compression compression() {
    return Compression.ZSTD;
  }

  /** Frames with and without content size and checksum, skippable and empty ones between them. */
  @Override
  byte[] compress(SplittableRandom random, byte[] layer) throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    int most = 1 << random.nextInt(9, 21);
    int i = 0;
    do {
      if (random.nextInt(4) == 0) {
        skippable(blob, random);
      }
      int n = Math.min(layer.length - i, random.nextInt(most));
      byte[] part = Arrays.copyOfRange(layer, i, i + n);
      blob.writeBytes(random.nextBoolean() ? Zstd.compress(part, 1) : unsized(part));
      i += n;
    } while (i < layer.length);
    return blob.toByteArray();
  }

  @Override
  boolean endsBetweenParts(byte[] cut) {
    int pos = 0;
    while (pos < cut.length) {
      try {
        pos += (int) Zstd.findFrameCompressedSize(cut, pos);
      } catch (ZstdException e) {
        return false;
      }
    }
    return true;
  }

  private static void skippable(ByteArrayOutputStream blob, SplittableRandom random) {
    int n = random.nextInt(50);
    Samples.little(blob, 0x184D2A50 + random.nextInt(16), 4);
    Samples.little(blob, n, 4);
    blob.writeBytes(new byte[n]);
  }

  private static byte[] unsized(byte[] part) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(frame, 3)) {
      out.setChecksum(true);
      out.write(part);
    }
    return frame.toByteArray();
  }

  @Test
  void placesCheckpointsWhereFramesBegin() throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    SplittableRandom random = new SplittableRandom(5);
    int[] frames = new int[10];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = blob.size() * 8;
      blob.writeBytes(Zstd.compress(Samples.data(random, 1000)));
    }
    Decoded decoded = Decoded.of(Compression.ZSTD, blob.toByteArray(), 2000, random);
    assertThat(decoded.checkpoints())
        .extracting(c -> (int) c.inBit())
        .containsExactlyElementsOf(Arrays.stream(frames).boxed().toList());
    decoded = Decoded.of(Compression.ZSTD, blob.toByteArray(), 6000, random);
    assertThat(decoded.checkpoints())
        .extracting(c -> (int) c.inBit())
        .containsExactly(frames[0], frames[3], frames[6], frames[9]);
  }

  @Test
  void refusesAWindowAbove128MiB() {
    // RFC 8878, 3.1.1.1: no single segment, window descriptor with exponent 18 (256 MiB).
    byte[] blob = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, (byte) (18 << 3), 0x01, 0x00, 0x00};
    assertThatThrownBy(() -> Decoded.of(Compression.ZSTD, blob, 1000, 1000))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(OcifsException.Kind.LIMIT));
    blob[5] = 10 << 3;
    assertThat(decodedLength(blob)).isZero();
  }

  @Test
  void checksTheContentChecksum() throws IOException {
    byte[] blob = unsized(Samples.data(new SplittableRandom(3), 5000));
    blob[blob.length - 1] ^= 1;
    assertThatThrownBy(() -> Decoded.of(Compression.ZSTD, blob, 1000, 1000))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void refusesJunkBehindTheLastFrame() {
    byte[] blob = Zstd.compress(new byte[100]);
    byte[] longer = Arrays.copyOf(blob, blob.length + 20);
    assertThatThrownBy(() -> Decoded.of(Compression.ZSTD, longer, 1000, 1000))
        .isInstanceOf(OcifsException.class);
  }

  @Test
  void keepsNoDecoderWithALargeWindow() throws IOException {
    // Window descriptors of 8 MiB and of 9 MiB (RFC 8878, 3.1.1.1.2); one raw block of a byte.
    byte[] blob = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, 13 << 3, 0x09, 0x00, 0x00, 'x'};
    try (SpanDecoder decoder = LayerCodec.spanDecoder(Compression.ZSTD)) {
      byte[] dst = new byte[1 + LayerDecoder.SLACK_BYTES];
      decoder.decode(new ArrayBlob(blob), Checkpoint.start(0, 0), blob.length, dst, 1);
      assertThat(dst[0]).isEqualTo((byte) 'x');
      assertThat(decoder.reset()).isTrue();
      blob[5]++;
      decoder.decode(new ArrayBlob(blob), Checkpoint.start(0, 0), blob.length, dst, 1);
      assertThat(decoder.reset()).isFalse();
    }
  }

  private static int decodedLength(byte[] blob) {
    try {
      return Decoded.of(Compression.ZSTD, blob, 1000, 1000).bytes().length;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
