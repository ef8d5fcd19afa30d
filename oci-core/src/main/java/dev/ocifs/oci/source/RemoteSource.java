package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The image or the images that a name of a registry leads to. */
final class RemoteSource implements Source {
  private final RemoteImage remote;
  private final OpenOptions options;
  private final Blobs blobs;

  /**
   * @param remote closed with this source, or with the image that it opened
   */
  RemoteSource(RemoteImage remote, OpenOptions options) {
    this.remote = remote;
    this.options = options;
    this.blobs = new Blobs(remote, options.limits());
  }

  @Override
  public List<ImageName> list() throws IOException {
    Optional<String> name = Optional.of(remote.name());
    return new IndexWalk(blobs)
        .manifests(remote.top()).stream()
            .map(m -> new ImageName(name, Optional.of(m.digest()), m.platform()))
            .toList();
  }

  @Override
  public Image open(Optional<Platform> asked) throws IOException {
    Documents documents = new Documents(options);
    Image image = null;
    try {
      Descriptor chosen =
          new Selection(
                  remote.name(), Optional.empty(), List.of(remote.top()), new IndexWalk(blobs))
              .choose(asked)
              .manifest();
      Image found =
          new ManifestImage(blobs, documents)
              .open(
                  remote.name(),
                  Optional.of(remote.name()),
                  chosen,
                  asked,
                  new Around(chosen),
                  layer -> remote.remote(chosen, layer),
                  remote);
      remote.opened();
      image = found;
      return image;
    } finally {
      if (image == null) {
        documents.close();
      }
    }
  }

  /** The documents that the name leads to, and what is published beside one manifest. */
  private final class Around implements Image.Surroundings {
    private final Descriptor chosen;

    Around(Descriptor chosen) {
      this.chosen = chosen;
    }

    @Override
    public void check(DocumentReview review) throws IOException {
      new DocumentGraph(blobs).check(List.of(remote.top()), List.of(chosen), review);
    }

    @Override
    public Optional<byte[]> publishedProfile() throws IOException {
      return remote.publishedProfile(chosen);
    }
  }

  @Override
  public Optional<ImageBundle> openAll() {
    return Optional.of(new ImageBundle(remote.name(), remote.top(), blobs, remote::remote, remote));
  }

  @Override
  public void close() throws IOException {
    remote.close();
  }
}
