package dev.ocifs.tests.bench.codec;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.source.BlobSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** A gzip layer in memory, and where its spans begin. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record GzipBlob(byte[] bytes, List<Checkpoint> checkpoints) implements BlobSource {

  /** Nothing yet, for fields that a setup fills. */
  public static final GzipBlob EMPTY = new GzipBlob(new byte[0], List.of());

  /**
   * Compresses a layer.
   *
   * @param spanBytes uncompressed bytes from one checkpoint to the next
   */
  public static GzipBlob of(byte[] layer, long spanBytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(layer);
    }
    byte[] blob = out.toByteArray();
    List<Checkpoint> checkpoints = new ArrayList<>();
    byte[] whole = new byte[LayerDecoder.HISTORY_BYTES + layer.length + LayerDecoder.SLACK_BYTES];
    try (LayerDecoder first =
        LayerCodec.decoder(
            Compression.GZIP, new ByteArrayInputStream(blob)::read, spanBytes, checkpoints::add)) {
      first.decode(whole, 0, layer.length);
    }
    return new GzipBlob(blob, checkpoints);
  }

  /** The same without the checkpoints that have fewer bytes of the layer behind them. */
  public GzipBlob before(long layerBytes, int spanBytes) {
    return new GzipBlob(
        bytes, checkpoints.stream().filter(c -> c.outPos() + spanBytes <= layerBytes).toList());
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void readFully(long pos, byte[] dst, int off, int len) {
    System.arraycopy(bytes, (int) pos, dst, off, len);
  }

  @Override
  public void close() {}
}
