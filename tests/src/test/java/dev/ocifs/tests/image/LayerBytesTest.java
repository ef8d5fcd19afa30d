package dev.ocifs.tests.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import dev.ocifs.oci.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every compression gives back what went in, to a decoder of other authors. */
class LayerBytesTest {

  @ParameterizedTest
  @EnumSource(LayerBytes.class)
  void givesBackWhatWentIn(LayerBytes bytes) throws IOException {
    byte[] tar = new byte[300_000];
    new Random(2).nextBytes(tar);
    Arrays.fill(tar, 1000, 200_000, (byte) 'x');
    byte[] blob = bytes.of(tar);
    assertThat(Compression.sniff(blob, Compression.SNIFF_BYTES)).isEqualTo(bytes.compression());
    try (InputStream in = decoder(bytes, new ByteArrayInputStream(blob))) {
      assertThat(in.readAllBytes()).isEqualTo(tar);
    }
  }

  private static InputStream decoder(LayerBytes bytes, InputStream in) throws IOException {
    return switch (bytes.compression()) {
      case NONE -> in;
      case ZSTD -> new ZstdInputStream(in);
      case XZ -> new XZCompressorInputStream(in);
      case BZIP2 -> new BZip2CompressorInputStream(in);
      case GZIP -> new GZIPInputStream(in);
    };
  }
}
