package dev.ocifs.oci.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Publishes the indices of an image's layers beside it, and what mounts read first. Used by one
 * thread.
 */
public final class IndexPublisher {
  /** What an artifact without a configuration has as one: an empty object. */
  private static final byte[] EMPTY = "{}".getBytes(US_ASCII);

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Repository repository;
  private final List<Descriptor> layers = new ArrayList<>();

  public IndexPublisher(Repository repository) {
    this.repository = repository;
  }

  /**
   * Pushes the index of one layer.
   *
   * @param packed the compressed index; stays the caller's
   */
  public void push(Digest layer, BlobSource packed) throws IOException {
    Descriptor index =
        new Descriptor(
            IndexArtifact.INDEX_TYPE,
            digest(packed),
            packed.size(),
            Optional.empty(),
            Map.of(IndexArtifact.LAYER_ANNOTATION, layer.toString()),
            List.of(),
            Optional.empty());
    repository.pushBlob(index.digest(), packed);
    layers.add(index);
  }

  /**
   * Pushes the access profile of the image.
   *
   * @param profile its bytes; its spans are those of the indices that are pushed
   */
  public void pushProfile(byte[] profile) throws IOException {
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, profile);
    repository.pushBlob(digest, new Bytes(profile));
    layers.add(new Descriptor(IndexArtifact.PROFILE_TYPE, digest, profile.length));
  }

  /**
   * Pushes the artifact that names all that was pushed.
   *
   * @param image the manifest whose layers they are of
   * @return what names the artifact, to be pinned or signed
   */
  public Descriptor finish(Descriptor image) throws IOException {
    Digest empty = Hasher.hash(Digest.Algorithm.SHA256, EMPTY);
    repository.pushBlob(empty, new Bytes(EMPTY));
    byte[] artifact =
        DocumentWriter.artifact(
            IndexArtifact.TYPE,
            new Descriptor(IndexArtifact.EMPTY_TYPE, empty, EMPTY.length),
            layers,
            Optional.of(image),
            Map.of());
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, artifact);
    repository.pushManifest(digest.toString(), MediaType.OCI_MANIFEST, artifact);
    return new Descriptor(MediaType.OCI_MANIFEST, digest, artifact.length);
  }

  /** How many bytes that has which was pushed, but for the artifact's manifest. */
  public long bytes() {
    return layers.stream().mapToLong(Descriptor::size).sum();
  }

  private static Digest digest(BlobSource blob) throws IOException {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long pos = 0; pos < blob.size(); pos += buffer.length) {
      int n = (int) Math.min(buffer.length, blob.size() - pos);
      blob.readFully(pos, buffer, 0, n);
      hasher.update(buffer, 0, n);
    }
    return hasher.digest();
  }

  /** A blob in memory. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bytes(byte[] bytes) implements BlobSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void readFully(long pos, byte[] dst, int off, int len) {
      System.arraycopy(bytes, Math.toIntExact(pos), dst, off, len);
    }

    @Override
    public void close() {}
  }
}
