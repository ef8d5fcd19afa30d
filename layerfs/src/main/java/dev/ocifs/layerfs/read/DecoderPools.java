package dev.ocifs.layerfs.read;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.pool.LayerObjectPool;
import dev.ocifs.layerfs.pool.PoolMetrics;
import dev.ocifs.layerfs.pool.Pooled;
import dev.ocifs.oci.Compression;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The pools of span decoders that all layers share: one for each compression, made with the first
 * read of such a layer, so that a program that reads none does not pay. Thread-safe. What idle
 * decoders hold is kept as long as the process lives.
 */
public final class DecoderPools {
  private final int max;
  private final AtomicReferenceArray<LayerObjectPool<SpanDecoder>> pools =
      new AtomicReferenceArray<>(Compression.values().length);

  /**
   * @param max decoders of a compression that are kept, at least 1
   */
  public DecoderPools(int max) {
    this.max = max;
  }

  LayerObjectPool<SpanDecoder> of(Compression compression) {
    LayerObjectPool<SpanDecoder> pool = pools.get(compression.ordinal());
    return pool != null ? pool : make(compression);
  }

  private synchronized LayerObjectPool<SpanDecoder> make(Compression compression) {
    LayerObjectPool<SpanDecoder> pool = pools.get(compression.ordinal());
    if (pool == null) {
      pool = new LayerObjectPool<>(new Decoders(compression), max);
      pools.set(compression.ordinal(), pool);
    }
    return pool;
  }

  /** Of all pools together. */
  public PoolMetrics metrics() {
    PoolMetrics sum = PoolMetrics.NONE;
    for (int i = 0; i < pools.length(); i++) {
      LayerObjectPool<SpanDecoder> pool = pools.get(i);
      sum = pool == null ? sum : sum.plus(pool.metrics());
    }
    return sum;
  }

  private record Decoders(Compression compression) implements Pooled<SpanDecoder> {

    @Override
    public SpanDecoder create() {
      return LayerCodec.spanDecoder(compression);
    }

    @Override
    public boolean reset(SpanDecoder decoder) {
      return decoder.reset();
    }

    @Override
    public void close(SpanDecoder decoder) {
      decoder.close();
    }
  }
}
