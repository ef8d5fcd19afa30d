package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.source.PublishedIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layer indices and the access profile that somebody has published beside an image: artifacts
 * whose subject is the image's manifest, or the one of them that the user has pinned.
 *
 * <p>The registry is asked once for all layers, also when it fails to answer or has none.
 *
 * <p>Source: distribution-spec v1.1, "Listing Referrers". Thread-safe.
 */
final class PublishedIndexes {
  /** Real indices have 0.5 % of their layers, which may be of many GiB. */
  private static final long MAX_INDEX_BYTES = 256L << 20;

  /** Real profiles have some KiB. */
  private static final long MAX_PROFILE_BYTES = 64L << 10;

  /** Who may push to a repository may push any number of artifacts. */
  private static final int MAX_ARTIFACTS = 16;

  private final RegistryImage image;
  private final Descriptor manifest;
  private @Nullable List<IndexArtifact> artifacts;
  private @Nullable OcifsException failure;

  PublishedIndexes(RegistryImage image, Descriptor manifest) {
    this.image = image;
    this.manifest = manifest;
  }

  /** The index of a layer; closed by the caller. Empty when nobody has published one. */
  Optional<PublishedIndex> open(Digest layer) throws IOException {
    for (IndexArtifact artifact : artifacts()) {
      Descriptor index = artifact.indexes().get(layer);
      if (index != null) {
        checkSize(index, MAX_INDEX_BYTES);
        FetchedFile packed =
            FetchedFile.fetch(image.store(), image.repository().ranges(index), index.digest());
        return Optional.of(new PublishedIndex(artifact.digest(), packed));
      }
    }
    return Optional.empty();
  }

  /** The first profile there is of the indices that {@link #open} gives. */
  Optional<byte[]> profile() throws IOException {
    for (IndexArtifact artifact : artifacts()) {
      if (artifact.profile().isPresent() && isOfIndicesInUse(artifact)) {
        Descriptor profile = artifact.profile().get();
        checkSize(profile, MAX_PROFILE_BYTES);
        return Optional.of(image.repository().blob(profile).bytes());
      }
    }
    return Optional.empty();
  }

  /** Spans of other indices would be other bytes. */
  private boolean isOfIndicesInUse(IndexArtifact artifact) throws IOException {
    Map<Digest, Digest> inUse = new HashMap<>();
    for (IndexArtifact each : artifacts()) {
      each.indexes().forEach((layer, index) -> inUse.putIfAbsent(layer, index.digest()));
    }
    return artifact.indexes().entrySet().stream()
        .allMatch(index -> index.getValue().digest().equals(inUse.get(index.getKey())));
  }

  private static void checkSize(Descriptor blob, long most) throws OcifsException {
    if (blob.size() > most) {
      throw new OcifsException(
          OcifsException.Kind.LIMIT,
          blob.mediaType() + " of " + blob.size() + " bytes, more than " + most);
    }
  }

  /** What there is, those that come first being taken first. */
  private synchronized List<IndexArtifact> artifacts() throws IOException {
    if (failure != null) {
      throw again(failure); // others have added to it where they met it
    }
    if (artifacts == null) {
      Optional<Digest> pin = image.options().pinnedIndex();
      try {
        artifacts =
            pin.isPresent()
                ? List.of(read(image.repository(), pin.get()))
                : find(image.repository());
      } catch (OcifsException e) {
        failure = e;
        throw again(e);
      }
    }
    return artifacts;
  }

  private OcifsException again(OcifsException known) {
    Optional<Digest> pin = image.options().pinnedIndex();
    if (pin.isEmpty()) {
      return new OcifsException(known.kind(), known.what(), known);
    }
    return new OcifsException(
            known.kind(), "the index " + pin.get() + " that was asked for: " + known.what(), known)
        .hint("name the digest that ocifs index push prints, or let any index do");
  }

  private IndexArtifact read(Repository repository, Digest artifact) throws IOException {
    return IndexArtifact.read(
        artifact,
        ImageManifest.parse(repository.manifest(artifact.toString()).document()),
        manifest.digest());
  }

  /** One that is broken hides no other. */
  private List<IndexArtifact> find(Repository repository) throws IOException {
    List<Descriptor> referrers =
        repository.referrers(manifest.digest(), Optional.of(IndexArtifact.TYPE));
    List<IndexArtifact> found = new ArrayList<>();
    OcifsException broken = null;
    for (Descriptor referrer : referrers.subList(0, Math.min(MAX_ARTIFACTS, referrers.size()))) {
      try {
        found.add(read(repository, referrer.digest()));
      } catch (OcifsException e) {
        broken = e;
      }
    }
    if (found.isEmpty() && broken != null) {
      throw broken;
    }
    return List.copyOf(found);
  }
}
