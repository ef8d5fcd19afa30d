package dev.ocifs.oci.source;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An archive of {@code docker save}: a file manifest.json names config and layers of each image.
 * Archives since Docker 25 are OCI layouts at the same time.
 *
 * <p>Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
final class DockerArchive implements ImageSource {
  /** A name that promises the digest of what it holds; others are often made up. */
  private static final Pattern BLOB = Pattern.compile("blobs/sha256/([0-9a-f]{64})");

  /** One image of manifest.json. */
  private record Entry(String config, List<String> tags, List<String> layers) {}

  private final ArchiveFolder folder;
  private final Documents documents;
  private final List<Entry> entries;

  private DockerArchive(ArchiveFolder folder, Documents documents, List<Entry> entries) {
    this.folder = folder;
    this.documents = documents;
    this.entries = entries;
  }

  /**
   * Reads the archive's manifest.json.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when there is none, or it is damaged
   */
  static DockerArchive read(ArchiveFolder folder, Limits limits) throws IOException {
    Documents documents = new Documents(folder, limits);
    byte[] raw =
        documents
            .read("manifest.json")
            .orElseThrow(
                () ->
                    new OcifsException(
                            OcifsException.Kind.INVALID_IMAGE,
                            folder + " is not an archive of docker save: it has no manifest.json")
                        .rule(32));
    List<Entry> entries = new ArrayList<>();
    for (Json image : Json.parse("manifest.json", raw).elements()) {
      entries.add(
          new Entry(
              field(image, "Config").text(),
              field(image, "RepoTags").texts(),
              field(image, "Layers").texts()));
    }
    return new DockerArchive(folder, documents, entries);
  }

  /** Docker's own reader does not look at the case of names, and jib writes small letters. */
  private static Json field(Json image, String name) throws OcifsException {
    String small = Character.toLowerCase(name.charAt(0)) + name.substring(1);
    return image.has(name) ? image.get(name) : image.get(small);
  }

  @Override
  public List<ImageName> names() {
    return entries.stream()
        .map(entry -> new ImageName(entry.tags, Optional.empty(), Optional.empty()))
        .toList();
  }

  @Override
  public Image open(String name, Optional<String> ref, OpenOptions options) throws IOException {
    Entry entry = choose(ref);
    byte[] raw = documents.read(entry.config).orElseThrow(() -> missing("config " + entry.config));
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, raw);
    Matcher named = BLOB.matcher(entry.config);
    if (named.matches() && !named.group(1).equals(digest.hex())) {
      throw new OcifsException(
              OcifsException.Kind.MISMATCH, "config " + entry.config + " has digest " + digest)
          .rule(27)
          .hint("the archive is damaged: save it again");
    }
    ImageConfig config = ImageConfig.parse("config " + entry.config, raw);
    return new Image(
        name,
        ref.or(() -> entry.tags.stream().findFirst()),
        Optional.empty(),
        digest,
        config,
        Map.of(),
        layers(entry, config));
  }

  private Entry choose(Optional<String> ref) throws OcifsException {
    List<Entry> chosen = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      String number = "@" + i;
      boolean meant =
          ref.isEmpty()
              || ref.get().equals(number)
              || entry.tags.stream().anyMatch(tag -> ImageNames.same(tag, ref.get()));
      if (meant) {
        chosen.add(entry);
      }
    }
    if (chosen.size() == 1) {
      return chosen.get(0);
    }
    boolean none = chosen.isEmpty();
    String what =
        entries.isEmpty()
            ? folder + " holds no image"
            : none
                ? folder + " has no image '" + ref.orElse("") + "'"
                : folder + " holds several images and the name does not say which";
    throw new OcifsException(none ? OcifsException.Kind.NOT_FOUND : OcifsException.Kind.USAGE, what)
        .rule(32)
        .hint(ImageNames.hint(names()));
  }

  private List<ImageLayer> layers(Entry entry, ImageConfig config) throws IOException {
    ImageNames.checkLayerCount(entry.layers.size(), config);
    List<ImageLayer> layers = new ArrayList<>();
    for (String path : entry.layers) {
      Digest diffId = config.diffIds().get(layers.size());
      try (BlobSource blob = layer(path)) {
        layers.add(
            new ImageLayer(
                layers.size(),
                "",
                digest(path, blob, diffId),
                blob.size(),
                diffId,
                () -> layer(path)));
      }
    }
    return layers;
  }

  /**
   * The blob's digest, where the archive tells it: by name, or by the diffID of a layer that is not
   * compressed.
   */
  private static Optional<Digest> digest(String path, BlobSource blob, Digest diffId)
      throws IOException {
    Matcher named = BLOB.matcher(path);
    if (named.matches()) {
      return Optional.of(new Digest(Digest.Algorithm.SHA256, named.group(1)));
    }
    byte[] head = new byte[(int) Math.min(Compression.SNIFF_BYTES, blob.size())];
    blob.readFully(0, head, 0, head.length);
    return Compression.sniff(head, head.length) == Compression.NONE
        ? Optional.of(diffId)
        : Optional.empty();
  }

  private BlobSource layer(String path) throws IOException {
    return folder.open(path).orElseThrow(() -> missing("layer " + path));
  }

  private OcifsException missing(String what) {
    return new OcifsException(OcifsException.Kind.NOT_FOUND, folder + " has no " + what)
        .hint("the archive is not complete: save it again");
  }
}
