package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/** What a first pass over a blob gives: the layer and its checkpoints. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Decoded(byte[] bytes, List<Checkpoint> checkpoints) {

  /** Decodes with buffers and input pieces of one size. */
  static Decoded of(Compression compression, byte[] blob, long spacing, int piece)
      throws IOException {
    return of(compression, blob, spacing, () -> piece, () -> piece);
  }

  /** Decodes with buffers and input pieces of random sizes. */
  static Decoded of(Compression compression, byte[] blob, long spacing, SplittableRandom random)
      throws IOException {
    int most = 1 << random.nextInt(6, 18);
    return of(
        compression,
        blob,
        spacing,
        () -> random.nextInt(1, most + 1),
        () -> random.nextInt(1, most + 1));
  }

  /**
   * Decodes as a caller does who passes each buffer on: every call gets another array, filled with
   * garbage but for the history.
   */
  private static Decoded of(
      Compression compression, byte[] blob, long spacing, IntSupplier room, IntSupplier piece)
      throws IOException {
    List<Checkpoint> checkpoints = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] history = new byte[LayerDecoder.HISTORY_BYTES];
    Arrays.fill(history, (byte) 0xa5);
    int[] inPos = {0};
    LayerDecoder.Input input =
        (dst, off, len) -> {
          int n = Math.min(Math.min(len, piece.getAsInt()), blob.length - inPos[0]);
          System.arraycopy(blob, inPos[0], dst, off, n);
          inPos[0] += n;
          return n == 0 ? -1 : n;
        };
    try (LayerDecoder decoder = LayerCodec.decoder(compression, input, spacing, checkpoints::add)) {
      while (true) {
        int from = history.length;
        int limit = from + room.getAsInt();
        byte[] buffer = new byte[limit + LayerDecoder.SLACK_BYTES];
        Arrays.fill(buffer, (byte) 0x5a);
        System.arraycopy(history, 0, buffer, 0, from);
        int end = decoder.decode(buffer, from, limit);
        if (end < 0) {
          assertThat(decoder.decode(buffer, from, limit)).as("after the end").isEqualTo(-1);
          break;
        }
        assertThat(end).isGreaterThan(from).isLessThanOrEqualTo(limit);
        assertThat(Arrays.mismatch(buffer, 0, from, history, 0, from))
            .as("history is not touched")
            .isEqualTo(-1);
        out.write(buffer, from, end - from);
        System.arraycopy(buffer, end - from, history, 0, history.length);
      }
    }
    assertThat(inPos[0]).as("blob is read to its last byte").isEqualTo(blob.length);
    return new Decoded(out.toByteArray(), checkpoints);
  }

  /** Decodes each span anew and compares. */
  void assertSpansDecode(SpanDecoder decoder, byte[] blob) throws IOException {
    for (int i = 0; i < checkpoints.size(); i++) {
      Checkpoint from = checkpoints.get(i);
      boolean last = i == checkpoints.size() - 1;
      long outEnd = last ? bytes.length : checkpoints.get(i + 1).outPos();
      long inEnd = last ? blob.length : (checkpoints.get(i + 1).inBit() + 7) >>> 3;
      assertSpanDecodes(decoder, blob, from, inEnd, (int) (outEnd - from.outPos()));
    }
  }

  void assertSpanDecodes(SpanDecoder decoder, byte[] blob, Checkpoint from, long inEnd, int length)
      throws IOException {
    byte[] dst = new byte[length + LayerDecoder.SLACK_BYTES];
    Arrays.fill(dst, (byte) 0x5a);
    ArrayBlob source = new ArrayBlob(blob);
    decoder.decode(source, from, inEnd, dst, length);
    int start = (int) from.outPos();
    int mismatch = Arrays.mismatch(dst, 0, length, bytes, start, start + length);
    assertThat(mismatch).as("first wrong byte of %s bytes from %s", length, from).isEqualTo(-1);
    assertThat(source.readTo)
        .as("read no further than the span, or a block header, needs")
        .isLessThanOrEqualTo(Math.max(inEnd, (from.headerBit() >>> 3) + 1024));
  }
}
