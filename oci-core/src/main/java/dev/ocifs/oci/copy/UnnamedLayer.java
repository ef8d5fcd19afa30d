package dev.ocifs.oci.copy;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobInputStream;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.ImageLayer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * A layer of a docker archive, described as a manifest does it. Where the archive does not tell its
 * digest, it is read for that, and uncompressed meanwhile: only the diffID vouches for it.
 */
final class UnnamedLayer extends FilterInputStream {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Hasher blob = Hasher.of(Digest.Algorithm.SHA256);
  private final CopyProgress progress;
  private final Digest diffId;
  private final long size;
  private long pos;

  private UnnamedLayer(BlobSource source, ImageLayer layer, CopyProgress progress) {
    super(new BlobInputStream(source));
    this.progress = progress;
    this.diffId = layer.diffId();
    this.size = source.size();
  }

  /**
   * Describes a layer that no manifest names.
   *
   * @throws OcifsException {@code MISMATCH} when its diffID is another one, {@code UNSUPPORTED}
   *     when it is compressed in a way that has no media type, or cannot be verified here
   */
  static Descriptor describe(ImageLayer layer, Limits limits, CopyProgress progress)
      throws IOException {
    try (BlobSource source = layer.open()) {
      Compression compression = compression(source);
      MediaType type = mediaType(compression);
      if (layer.digest().isPresent()) {
        return new Descriptor(type, layer.digest().get(), layer.size());
      }
      if (compression != Compression.GZIP) {
        throw unsupported(compression);
      }
      progress.started(layer.diffId(), CopyProgress.Step.HASH, layer.size());
      UnnamedLayer in = new UnnamedLayer(source, layer, progress);
      in.checkDiffId(limits);
      return new Descriptor(type, in.finish(), layer.size());
    } catch (OcifsException e) {
      throw e.layer(layer.diffId());
    }
  }

  private static Compression compression(BlobSource source) throws IOException {
    byte[] head = new byte[(int) Math.min(Compression.SNIFF_BYTES, source.size())];
    source.readFully(0, head, 0, head.length);
    return Compression.sniff(head, head.length);
  }

  private static MediaType mediaType(Compression compression) throws OcifsException {
    return switch (compression) {
      case NONE -> MediaType.OCI_LAYER;
      case GZIP -> MediaType.OCI_LAYER_GZIP;
      case ZSTD -> MediaType.OCI_LAYER_ZSTD;
      case XZ, BZIP2 -> throw unsupported(compression);
    };
  }

  private static OcifsException unsupported(Compression compression) {
    return new OcifsException(
            OcifsException.Kind.UNSUPPORTED,
            "the layer is compressed with " + compression + " and has no digest")
        .hint("load the archive with podman or docker, and save it again");
  }

  private void checkDiffId(Limits limits) throws IOException {
    Hasher tar = Hasher.of(diffId.algorithm());
    byte[] buffer = new byte[BUFFER_BYTES];
    long length = 0;
    try (InputStream decoded = new GZIPInputStream(this, BUFFER_BYTES)) {
      for (int n = decoded.read(buffer); n >= 0; n = decoded.read(buffer)) {
        tar.update(buffer, 0, n);
        length += n;
        checkLimits(length, limits);
      }
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH, "it cannot be uncompressed: " + e.getMessage(), e)
          .rule(27);
    }
    Digest found = tar.digest();
    if (!found.equals(diffId)) {
      throw new OcifsException(OcifsException.Kind.MISMATCH, "it has the diffID " + found).rule(27);
    }
  }

  private void checkLimits(long length, Limits limits) throws OcifsException {
    if (length > limits.maxLayerBytes()) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "it has more than " + limits.maxLayerBytes() + " uncompressed bytes")
          .hint("raise --max-layer-bytes if you trust it");
    }
    if (length > Limits.RATIO_FREE_BYTES && length / limits.maxRatio() > size) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "it grows to more than " + limits.maxRatio() + " times its size")
          .hint("raise --max-ratio if you trust it");
    }
  }

  /** The digest of all, also of what may follow the last member. */
  private Digest finish() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    int n = 0;
    while (n >= 0) {
      n = read(buffer, 0, buffer.length);
    }
    return blob.digest();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] dst, int off, int len) throws IOException {
    int n = super.read(dst, off, len);
    if (n > 0) {
      blob.update(dst, off, n);
      pos += n;
      progress.advanced(diffId, n);
    }
    return n;
  }

  /** Tells the decoder that another member may follow. */
  @Override
  public int available() {
    return pos < size ? 1 : 0;
  }
}
