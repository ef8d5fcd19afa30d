package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.LayoutVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An OCI image layout, in a directory or in an archive.
 *
 * <p>Source: OCI image-spec v1.1, image-layout.md.
 */
final class OciLayout implements Source {
  static final String VERSION_FILE = "oci-layout";
  static final String INDEX_FILE = "index.json";

  private final ImageReference reference;
  private final Folder folder;
  private final OpenOptions options;
  private final Blobs blobs;

  /**
   * @param reference names the image; a REF that is missing means the only one
   * @param folder closed with this source, or with the image that it opened
   */
  OciLayout(ImageReference reference, Folder folder, OpenOptions options) {
    this.reference = reference;
    this.folder = folder;
    this.options = options;
    this.blobs = new Blobs(new FolderContents(folder), options.limits());
  }

  /** One name for each manifest; an index that has two names is listed once. */
  @Override
  public List<ImageName> list() throws IOException {
    IndexWalk walk = new IndexWalk(blobs);
    List<ImageName> names = new ArrayList<>();
    for (Descriptor entry : images(index().manifests())) {
      for (Descriptor manifest : reachable(walk, entry)) {
        names.add(
            new ImageName(
                Selection.name(entry), Optional.of(manifest.digest()), manifest.platform()));
      }
    }
    return List.copyOf(names);
  }

  /** A nested index that is missing stands for what it would name. */
  private static List<Descriptor> reachable(IndexWalk walk, Descriptor entry) throws IOException {
    try {
      return walk.manifests(entry);
    } catch (OcifsException e) {
      if (e.kind() == OcifsException.Kind.NOT_FOUND) {
        return List.of(entry);
      }
      throw e;
    }
  }

  @Override
  public Image open(Optional<Platform> asked) throws IOException {
    Documents documents = new Documents(options);
    Image image = null;
    try {
      image = open(asked, documents);
      return image;
    } finally {
      if (image == null) {
        documents.close();
      }
    }
  }

  private Image open(Optional<Platform> asked, Documents documents) throws IOException {
    Selection.Choice choice = choose(asked);
    return new ManifestImage(blobs, documents)
        .open(
            reference.toString(),
            reference.ref().or(choice::name),
            choice.manifest(),
            asked,
            // Read again, as it is not kept.
            review -> new DocumentGraph(blobs).check(index().manifests(), own(choice), review),
            ManifestImage.LOCAL,
            folder);
  }

  @Override
  public Optional<ImageBundle> openAll() throws IOException {
    checkVersion();
    Descriptor top = selection(index().manifests()).top();
    return Optional.of(
        new ImageBundle(
            reference.toString(), top, blobs, (manifest, layer) -> Optional.empty(), folder));
  }

  /** What the layout lists is kept in use only here: it may be thousands of images. */
  private Selection.Choice choose(Optional<Platform> asked) throws IOException {
    checkVersion();
    Document document = read(INDEX_FILE);
    try (DocumentCache.Use<ImageIndex> index =
        options
            .documents()
            .get(
                ImageIndex.class,
                document.digest(),
                document.size(),
                () -> ImageIndex.parse(document))) {
      return selection(index.document().manifests()).choose(asked);
    }
  }

  private Selection selection(List<Descriptor> listed) throws OcifsException {
    return new Selection(
        String.valueOf(reference.path()), reference.ref(), images(listed), new IndexWalk(blobs));
  }

  private static List<Descriptor> own(Selection.Choice choice) {
    List<Descriptor> own = new ArrayList<>(choice.entries());
    own.add(choice.manifest());
    return own;
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }

  private ImageIndex index() throws IOException {
    checkVersion();
    return ImageIndex.parse(read(INDEX_FILE));
  }

  private List<Descriptor> images(List<Descriptor> listed) throws OcifsException {
    List<Descriptor> images =
        listed.stream()
            .filter(d -> d.mediaType().isIndex() || d.mediaType().isManifest())
            .filter(d -> !d.isAttestation())
            .toList();
    if (images.isEmpty() && !listed.isEmpty()) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED,
              reference.path()
                  + " lists nothing that is an image, only: "
                  + Listing.of(listed.stream().map(d -> d.mediaType().value()).distinct().toList()))
          .rule(30);
    }
    return images;
  }

  /** The file is required by the specification, but other tools do without; so do we. */
  private void checkVersion() throws IOException {
    if (folder.holds(VERSION_FILE)) {
      LayoutVersion.check(read(VERSION_FILE));
    }
  }

  private Document read(String name) throws IOException {
    try (BlobSource file = folder.open(name)) {
      return Document.of(Blobs.bytes(file, options.limits()), options.limits());
    }
  }
}
