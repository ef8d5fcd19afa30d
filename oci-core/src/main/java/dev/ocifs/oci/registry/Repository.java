package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One repository of a registry, to read and to push. Manifests and blobs come from the first mirror
 * that gives them, or from the registry itself; lists and everything that changes something go to
 * the registry itself. Thread-safe; closed with its client.
 *
 * <p>Each method throws an {@link OcifsException}: {@code DENIED} where another login is wanted,
 * {@code NOT_FOUND}, {@code MISMATCH} where a content is not what its digest says, {@code LIMIT}
 * for documents without end, and {@code REMOTE} for everything that may go well later. Passing
 * failures have been tried again by then. A thread that is interrupted gives up its request, stays
 * interrupted, and gets {@code REMOTE}.
 */
public final class Repository {
  private final RegistryName name;
  private final RegistryOptions options;
  private final List<Place> places;
  private final List<Place> registry;
  private final Caller caller;
  private final Time time;

  Repository(
      RegistryName name, RegistryOptions options, List<Place> places, Caller caller, Time time) {
    this.name = name;
    this.options = options;
    this.places = places;
    this.registry = places.stream().filter(place -> !place.endpoint().mirror()).toList();
    this.caller = caller;
    this.time = time;
  }

  /** What it was opened by. */
  public RegistryName name() {
    return name;
  }

  /** The manifest or index that the name means. */
  public RawManifest manifest() throws IOException {
    return manifest(name.reference());
  }

  /**
   * A manifest or index; by a digest, it is that one to the last byte.
   *
   * @param tagOrDigest as in {@link RegistryName#reference}
   */
  public RawManifest manifest(String tagOrDigest) throws IOException {
    return of(caller.first(new GetManifest(tagOrDigest, options.limits()), asked(tagOrDigest)));
  }

  /** What a tag or digest names, without getting it; empty when there is none. */
  public Optional<Descriptor> head(String tagOrDigest) throws IOException {
    return of(caller.first(new HeadManifest(tagOrDigest), asked(tagOrDigest)));
  }

  /** A small document such as a configuration, of the size and digest of its descriptor. */
  public Document blob(Descriptor descriptor) throws IOException {
    Document.checkLength(descriptor.size(), options.limits());
    return of(caller.first(new GetBlob(descriptor, options.limits()), blobPlaces()));
  }

  /** Ranges of a blob of any size; nothing is asked before the first fetch. */
  public RangeFetcher ranges(Descriptor descriptor) throws IOException {
    return new BlobRanges(descriptor, blobPlaces(), options.foreignUrls(), caller, time);
  }

  /** All tags, in the registry's order. */
  public List<String> tags() throws IOException {
    return Pages.all(
        "the list of tags of " + name.host() + "/" + name.repository(),
        page -> of(caller.first(new ListTags(page, options.limits()), registry)));
  }

  /** The manifests whose subject is this one, of one type or of any. */
  public List<Descriptor> referrers(Digest subject, Optional<String> artifactType)
      throws IOException {
    return referrers().of(subject, artifactType);
  }

  /** Whether the registry has a blob in this repository. */
  public boolean hasBlob(Digest digest) throws IOException {
    return of(caller.first(new HeadBlob(digest, false), registry));
  }

  /**
   * Pushes a blob unless the repository has it.
   *
   * @param blob stays the caller's; its bytes have the digest, which the registry checks
   */
  public void pushBlob(Digest digest, BlobSource blob) throws IOException {
    pushBlob(digest, blob, Optional.empty());
  }

  /**
   * The same, where another repository of the registry may have the blob: it is then taken from
   * there without being sent.
   *
   * @param from the other repository's name
   */
  public void pushBlob(Digest digest, BlobSource blob, Optional<String> from) throws IOException {
    pushBlob(digest, blob, from, BlobUpload.CHUNK_BYTES);
  }

  /** The same, with chunks of another length. */
  void pushBlob(Digest digest, BlobSource blob, Optional<String> from, int chunkBytes)
      throws IOException {
    new BlobUpload(caller, registry, digest, blob, from, chunkBytes).push();
  }

  /**
   * Has the registry take a blob from another of its repositories.
   *
   * @param from the other repository's name
   * @return whether the repository has the blob now
   */
  public boolean mountBlob(Digest digest, String from) throws IOException {
    return of(caller.first(new StartUpload(digest, Optional.of(from)), registry)).isEmpty();
  }

  /**
   * Pushes a manifest or index whose blobs are there. One with a subject is then among its
   * referrers: where the registry does not see to that itself, the index under the fallback tag is
   * changed, and of two who do so at once one may undo the other's change.
   */
  public void pushManifest(String tagOrDigest, MediaType mediaType, byte[] bytes)
      throws IOException {
    Optional<String> noted =
        of(caller.first(new PutManifest(tagOrDigest, mediaType, bytes), registry));
    if (noted.isPresent()) {
      return;
    }
    Document document = Document.of(bytes, options.limits());
    if (mediaType.isManifest()) {
      ImageManifest manifest = ImageManifest.parse(document);
      if (manifest.subject().isPresent()) {
        String type = manifest.artifactType().orElse(manifest.config().mediaType().value());
        referrers()
            .add(
                manifest.subject().get().digest(),
                new Descriptor(
                    mediaType,
                    document.digest(),
                    bytes.length,
                    Optional.empty(),
                    manifest.annotations(),
                    List.of(),
                    Optional.of(type)));
      }
    } else if (mediaType.isIndex()) {
      ImageIndex index = ImageIndex.parse(document);
      if (index.subject().isPresent()) {
        referrers()
            .add(
                index.subject().get().digest(),
                new Descriptor(mediaType, document.digest(), bytes.length));
      }
    }
  }

  private Referrers referrers() {
    return new Referrers(caller, registry, options.limits());
  }

  /** The places that may be asked for a manifest. */
  private List<Place> asked(String tagOrDigest) {
    boolean byDigest = tagOrDigest.indexOf(':') > 0;
    return places.stream()
        .filter(p -> byDigest ? !p.endpoint().tagOnly() : !p.endpoint().digestOnly())
        .toList();
  }

  /** The places that may be asked for blobs: those of manifests, which name them by digest. */
  private List<Place> blobPlaces() {
    boolean byDigest = name.digest().isPresent();
    return places.stream().filter(p -> !byDigest || !p.endpoint().tagOnly()).toList();
  }

  private static <T> T of(Caller.Answer<T> answer) {
    return answer.value();
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
