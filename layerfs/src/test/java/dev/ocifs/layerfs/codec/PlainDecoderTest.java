package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.Compression;
import java.util.SplittableRandom;

class PlainDecoderTest extends LayerDecoderContract {

  @Override
  Compression compression() {
    return Compression.NONE;
  }

  @Override
  byte[] compress(SplittableRandom random, byte[] layer) {
    return layer;
  }
}
