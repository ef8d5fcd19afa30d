package dev.ocifs.oci.source;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.RefName;
import dev.ocifs.oci.manifest.DockerSave;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docker save}, podman, jib and bazel write: a {@code manifest.json} that names the
 * members which are configurations and layers. Nothing in it gives the size or the digest of a
 * layer as stored, unless the name of the member is one; the diffIDs of the configuration vouch for
 * the content.
 */
final class DockerArchive implements Source {
  static final String MANIFEST_FILE = "manifest.json";

  private static final Pattern BLOB_NAME = Pattern.compile("blobs/([a-z0-9]+)/([0-9a-f]+)");

  private final ImageReference reference;
  private final Folder folder;
  private final OpenOptions options;

  /**
   * @param folder closed with this source, or with the image that it opened
   */
  DockerArchive(ImageReference reference, Folder folder, OpenOptions options) {
    this.reference = reference;
    this.folder = folder;
    this.options = options;
  }

  @Override
  public List<ImageName> list() throws IOException {
    List<ImageName> names = new ArrayList<>();
    List<DockerSave.Entry> images = images();
    for (int i = 0; i < images.size(); i++) {
      if (images.get(i).repoTags().isEmpty()) {
        names.add(new ImageName(Optional.of("@" + i), Optional.empty(), Optional.empty()));
      }
      for (String tag : images.get(i).repoTags()) {
        names.add(new ImageName(Optional.of(tag), Optional.empty(), Optional.empty()));
      }
    }
    return List.copyOf(names);
  }

  @Override
  public Image open(Optional<Platform> asked) throws IOException {
    DockerSave.Entry entry = choose(images());
    Documents documents = new Documents(options);
    Image image = null;
    try {
      image = open(entry, asked, documents);
      return image;
    } finally {
      if (image == null) {
        documents.close();
      }
    }
  }

  @Override
  public Optional<ImageBundle> openAll() {
    return Optional.empty();
  }

  private Image open(DockerSave.Entry entry, Optional<Platform> asked, Documents documents)
      throws IOException {
    ImageConfig config = documents.config(config(entry.config()));
    Layers.checkPlatform(config, asked);
    Layers.checkCount(entry.layers().size(), config);
    List<ImageLayer> layers = new ArrayList<>();
    for (int i = 0; i < entry.layers().size(); i++) {
      layers.add(layer(i, entry.layers().get(i), config.diffIds().get(i)));
    }
    return new Image(
        reference.toString(),
        reference.ref().or(() -> entry.repoTags().stream().findFirst()),
        Optional.empty(),
        Optional.empty(),
        config,
        layers,
        documents,
        Image.Surroundings.NONE,
        folder);
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }

  private List<DockerSave.Entry> images() throws IOException {
    if (!folder.holds(MANIFEST_FILE)) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              reference.path() + " is no docker archive: it has no " + MANIFEST_FILE)
          .rule(32)
          .hint("save the image again with docker 1.10 or newer");
    }
    return DockerSave.parse(read(MANIFEST_FILE)).images();
  }

  private DockerSave.Entry choose(List<DockerSave.Entry> images) throws OcifsException {
    if (images.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, reference.path() + " holds no image")
          .rule(32);
    }
    if (reference.ref().isEmpty()) {
      if (images.stream().map(i -> List.of(i.config(), i.layers())).distinct().count() > 1) {
        throw listing(
                OcifsException.Kind.USAGE,
                reference.path() + " holds " + images.size() + " images, and none is named",
                images)
            .hint("add :REF to the name");
      }
      return images.get(0);
    }
    String ref = reference.ref().get();
    Optional<Integer> position = RefName.position(ref);
    if (position.isPresent() && position.get() < images.size()) {
      return images.get(position.get());
    }
    for (DockerSave.Entry image : images) {
      if (image.repoTags().stream().anyMatch(tag -> RefName.same(tag, ref))) {
        return image;
      }
    }
    throw listing(
        OcifsException.Kind.NOT_FOUND, reference.path() + " holds no image '" + ref + "'", images);
  }

  private static OcifsException listing(
      OcifsException.Kind kind, String problem, List<DockerSave.Entry> images) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      List<String> tags = images.get(i).repoTags();
      names.addAll(tags.isEmpty() ? List.of("@" + i) : tags);
    }
    return new OcifsException(kind, problem + "; there is: " + Listing.of(names)).rule(32);
  }

  /**
   * Reads the configuration, and verifies it when the name of its member promises a digest. In
   * {@code <hex>.json} the digits are a habit: images whose configuration was edited keep the name.
   */
  private Document config(String name) throws IOException {
    Document document = read(name);
    Optional<Digest> promised = blobDigest(MemberPath.normalise(name));
    if (promised.isEmpty()) {
      return document;
    }
    Document named = Document.of(document.bytes(), promised.get().algorithm(), options.limits());
    if (!named.digest().equals(promised.get())) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH,
              "the configuration '" + name + "' has the digest " + named.digest())
          .rule(26);
    }
    return named;
  }

  private Document read(String name) throws IOException {
    try (BlobSource member = folder.open(name)) {
      return Document.of(Blobs.bytes(member, options.limits()), options.limits());
    }
  }

  private ImageLayer layer(int ordinal, String name, Digest diffId) throws IOException {
    try (BlobSource member = folder.open(name)) {
      Optional<Digest> digest = blobDigest(MemberPath.normalise(name));
      if (digest.isEmpty() && Blobs.compression(member) == Compression.NONE) {
        digest = Optional.of(diffId); // the tar itself
      }
      return new ImageLayer(
          ordinal, MediaType.DOCKER_LAYER, digest, member.size(), diffId, () -> folder.open(name));
    } catch (OcifsException e) {
      throw e.layer(diffId);
    }
  }

  private static Optional<Digest> blobDigest(String path) throws OcifsException {
    Matcher matcher = BLOB_NAME.matcher(path);
    return matcher.matches()
        ? Optional.of(Digest.parse(matcher.group(1) + ":" + matcher.group(2)))
        : Optional.empty();
  }
}
