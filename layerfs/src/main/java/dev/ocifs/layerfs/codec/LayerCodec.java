package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.Compression;

/** The door to the decoders: one for the first pass over a layer, one for spans of it. */
public final class LayerCodec {

  private LayerCodec() {}

  /**
   * Makes a decoder for a whole layer.
   *
   * @param input the blob; it stays the caller's, and is read to its end before the decoder says
   *     that the layer is complete, so that a digest taken on the way covers all of it
   * @param checkpointSpacingBytes uncompressed bytes between checkpoints, at least 1. A checkpoint
   *     falls on the first possible place after that many; where a gzip member or a zstd frame
   *     begins, half of it is enough. xz and bzip2 have none but the first
   * @param sink gets the checkpoints in order, from within {@link LayerDecoder#decode} but for the
   *     first, at position 0, which comes at once. One may come later than the output around it,
   *     when it is known what of its window is used. None is at the end of a layer
   */
  public static LayerDecoder decoder(
      Compression compression,
      LayerDecoder.Input input,
      long checkpointSpacingBytes,
      Checkpoint.Sink sink) {
    CheckpointPlan plan = new CheckpointPlan(checkpointSpacingBytes, sink);
    return switch (compression) {
      case NONE -> new PlainDecoder(input, plan);
      case GZIP -> new GzipDecoder(input, plan);
      case ZSTD -> new ZstdDecoder(input, plan);
      case XZ, BZIP2 -> new SequentialDecoder(compression, input, plan);
    };
  }

  /**
   * Makes a decoder for spans of layers of one compression. The caller closes it.
   *
   * @throws IllegalArgumentException for xz and bzip2, which cannot be entered in the middle: keep
   *     such a layer uncompressed
   */
  public static SpanDecoder spanDecoder(Compression compression) {
    return switch (compression) {
      case NONE -> new PlainSpanDecoder();
      case GZIP -> new GzipSpanDecoder();
      case ZSTD -> new ZstdSpanDecoder();
      case XZ, BZIP2 ->
          throw new IllegalArgumentException(compression + " has no checkpoints to decode from");
    };
  }
}
