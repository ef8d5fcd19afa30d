package dev.ocifs.oci.source;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.ImageManifest;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One image of one platform: its verified documents, and its layers where they lie. It owns the
 * files that are open; whoever opened it closes it, after everything that was opened from it.
 * Thread-safe.
 */
public final class Image implements Closeable {
  private final String name;
  private final Optional<String> ref;
  private final Optional<Descriptor> descriptor;
  private final Optional<ImageManifest> manifest;
  private final ImageConfig config;
  private final List<ImageLayer> layers;
  private final Documents documents;
  private final Surroundings surroundings;
  private final Closeable files;

  /** What lies around an image. */
  @FunctionalInterface
  interface Surroundings {
    /** For archives that have no documents but the image's own. */
    Surroundings NONE = review -> {};

    /** Looks through the documents. */
    void check(DocumentReview review) throws IOException;

    /** As {@link Image#publishedProfile}. */
    default Optional<byte[]> publishedProfile() throws IOException {
      return Optional.empty();
    }
  }

  Image(
      String name,
      Optional<String> ref,
      Optional<Descriptor> descriptor,
      Optional<ImageManifest> manifest,
      ImageConfig config,
      List<ImageLayer> layers,
      Documents documents,
      Surroundings surroundings,
      Closeable files) {
    this.name = name;
    this.ref = ref;
    this.descriptor = descriptor;
    this.manifest = manifest;
    this.config = config;
    this.layers = List.copyOf(layers);
    this.documents = documents;
    this.surroundings = surroundings;
    this.files = files;
  }

  /** As the user named it, with an absolute path: {@code oci:/x/y:app}. */
  public String name() {
    return name;
  }

  /** The digest of the configuration, which Docker calls the image's ID. */
  public Digest configDigest() {
    return config.document().digest();
  }

  /** The name of the image in its layout or archive. */
  public Optional<String> ref() {
    return ref;
  }

  /** The digest of the manifest; absent for docker archives, which have none. */
  public Optional<Digest> manifestDigest() {
    return manifest.map(m -> m.document().digest());
  }

  /** What named the manifest; absent for docker archives. */
  public Optional<Descriptor> descriptor() {
    return descriptor;
  }

  /** The manifest; absent for docker archives. */
  public Optional<ImageManifest> manifest() {
    return manifest;
  }

  public ImageConfig config() {
    return config;
  }

  /** What the image runs on, as its configuration says. */
  public Optional<Platform> platform() {
    return config.platform();
  }

  /** The layers, base first. */
  public List<ImageLayer> layers() {
    return layers;
  }

  /** The chain ID of the whole image; absent when it has no layer. */
  public Optional<Digest> chainId() {
    List<Digest> chain = ChainId.ofEach(config.diffIds());
    return chain.isEmpty() ? Optional.empty() : Optional.of(chain.getLast());
  }

  /**
   * Reads the documents around the image again: all that its name in the layout leads to, the
   * subjects of these, and what refers to them. Does nothing for docker archives.
   *
   * @throws dev.ocifs.oci.OcifsException {@code LIMIT} when they are too long, {@code IO} when they
   *     cannot be read
   */
  public void checkDocuments(DocumentReview review) throws IOException {
    surroundings.check(review);
  }

  /**
   * What mounts elsewhere have read first, as somebody has published it beside the image in its
   * registry, which is asked for it: not checked at all, and of bounded length.
   *
   * @return empty when there is none, or the user does not want it
   * @throws dev.ocifs.oci.OcifsException when the registry does not give it
   */
  public Optional<byte[]> publishedProfile() throws IOException {
    return surroundings.publishedProfile();
  }

  @Override
  public void close() throws IOException {
    documents.close();
    files.close();
  }
}
