package dev.ocifs.tests.bench.pool;

import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.SpanDecoder;
import dev.ocifs.layerfs.pool.Pooled;
import dev.ocifs.oci.Compression;

/** Decoders as the product pools them. */
final class GzipDecoders implements Pooled<SpanDecoder> {

  @Override
  public SpanDecoder create() {
    return LayerCodec.spanDecoder(Compression.GZIP);
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
