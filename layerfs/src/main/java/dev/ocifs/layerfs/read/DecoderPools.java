package dev.ocifs.layerfs.read;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.oci.Compression;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Span decoders that wait to be used again: making one costs as much as decoding a small span.
 * Keeps a bounded number of each compression; more are made when all are busy. Thread-safe.
 */
public final class SpanDecoders {
  private final Map<Compression, BlockingQueue<SpanDecoder>> idle =
      new EnumMap<>(Compression.class);

  public SpanDecoders(int keep) {
    for (Compression compression : Compression.values()) {
      idle.put(compression, new ArrayBlockingQueue<>(keep));
    }
  }

  /** A decoder for the caller's use alone, until it gives it back. */
  SpanDecoder acquire(Compression compression) {
    SpanDecoder decoder = queue(compression).poll();
    return decoder != null ? decoder : LayerCodec.spanDecoder(compression);
  }

  void release(Compression compression, SpanDecoder decoder) {
    if (!queue(compression).offer(decoder)) {
      decoder.close();
    }
  }

  private BlockingQueue<SpanDecoder> queue(Compression compression) {
    return java.util.Objects.requireNonNull(idle.get(compression));
  }
}
