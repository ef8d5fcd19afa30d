package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class SequentialDecoderTest {

  @FunctionalInterface
  private interface Wrapper {
    OutputStream wrap(OutputStream out) throws IOException;
  }

  /** One stream, or two after each other. */
  private static byte[] streams(SplittableRandom random, byte[] layer, Wrapper wrapper)
      throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    int split = layer.length > 2000 ? random.nextInt(layer.length) : 0;
    if (split > 0) {
      try (OutputStream out = wrapper.wrap(blob)) {
        out.write(layer, 0, split);
      }
    }
    try (OutputStream out = wrapper.wrap(blob)) {
      out.write(layer, split, layer.length - split);
    }
    return blob.toByteArray();
  }

  @Nested
  class Xz extends LayerDecoderContract {

    @Override
    Compression compression() {
      return Compression.XZ;
    }

    @Override
    byte[] compress(SplittableRandom random, byte[] layer) throws IOException {
      return streams(random, layer, out -> new XZOutputStream(out, new LZMA2Options(0)));
    }

    @Test
    void refusesAHugeDictionary() throws IOException {
      byte[] blob = compress(new SplittableRandom(1), new byte[100]);
      // Block header: size, flags, filter id 0x21, properties size 1, dictionary size 36 = 1 GiB.
      int header = 12;
      assertThat(blob[header + 2]).isEqualTo((byte) 0x21);
      blob[header + 4] = 36;
      int size = (blob[header] + 1) * 4;
      CRC32 crc = new CRC32();
      crc.update(blob, header, size - 4);
      for (int i = 0; i < 4; i++) {
        blob[header + size - 4 + i] = (byte) (crc.getValue() >>> (8 * i));
      }
      assertThatThrownBy(() -> Decoded.of(Compression.XZ, blob, 1000, 1000))
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.LIMIT))
          .hasMessageContaining("dictionary");
    }
  }

  @Nested
  class Bzip2 extends LayerDecoderContract {

    @Override
    Compression compression() {
      return Compression.BZIP2;
    }

    @Override
    byte[] compress(SplittableRandom random, byte[] layer) throws IOException {
      return streams(random, layer, out -> new BZip2CompressorOutputStream(out, 1));
    }

    @Test
    void refusesJunkBehindTheLastStream() throws IOException {
      byte[] blob = compress(new SplittableRandom(1), new byte[100]);
      byte[] longer = Arrays.copyOf(blob, blob.length + 20);
      assertThatThrownBy(() -> Decoded.of(Compression.BZIP2, longer, 1000, 1000))
          .isInstanceOf(OcifsException.class);
    }
  }
}
