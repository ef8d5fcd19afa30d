package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.ImageIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The manifests that say something about another one: from the registry's own list, or from the
 * index under a tag that is made of the digest, which clients keep where a registry has no list.
 *
 * <p>Source: distribution spec 1.1, "Listing Referrers" and "Unavailable Referrers API".
 */
final class Referrers {
  private final Caller caller;
  private final List<Place> registry;
  private final Limits limits;

  Referrers(Caller caller, List<Place> registry, Limits limits) {
    this.caller = caller;
    this.registry = registry;
    this.limits = limits;
  }

  /** All of a subject, of one type or of any. */
  List<Descriptor> of(Digest subject, Optional<String> artifactType) throws IOException {
    Optional<Pages.Page<Descriptor>> first =
        caller
            .first(new ListReferrers(subject, artifactType, Optional.empty(), limits), registry)
            .value();
    List<Descriptor> all =
        first.isEmpty() ? fallback(subject) : pages(subject, artifactType, first.get());
    return artifactType.isEmpty()
        ? all
        : all.stream().filter(d -> d.artifactType().equals(artifactType)).toList();
  }

  private List<Descriptor> pages(
      Digest subject, Optional<String> artifactType, Pages.Page<Descriptor> first)
      throws IOException {
    return Pages.all(
        "the list of referrers",
        page ->
            page.isEmpty()
                ? first
                : caller
                    .first(new ListReferrers(subject, artifactType, page, limits), registry)
                    .value()
                    .orElseGet(() -> new Pages.Page<>(List.of(), 0, Optional.empty())));
  }

  /** What the index under the tag lists; nothing where there is none. */
  private List<Descriptor> fallback(Digest subject) throws IOException {
    try {
      RawManifest index = caller.first(new GetManifest(tag(subject), limits), registry).value();
      return ImageIndex.parse(index.document()).manifests();
    } catch (OcifsException e) {
      if (e.kind() == OcifsException.Kind.NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  /** Lists a referrer in the index under the tag, for a registry that keeps no list itself. */
  void add(Digest subject, Descriptor referrer) throws IOException {
    List<Descriptor> all = new ArrayList<>(fallback(subject));
    if (all.stream().noneMatch(d -> d.digest().equals(referrer.digest()))) {
      all.add(referrer);
      caller.first(
          new PutManifest(tag(subject), MediaType.OCI_INDEX, IndexJson.write(all)), registry);
    }
  }

  /** The tag: the digest with a dash for its colon, cut to the length of a tag. */
  static String tag(Digest subject) {
    String hex = subject.hex();
    return subject.algorithm().id() + "-" + hex.substring(0, Math.min(64, hex.length()));
  }
}
