package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.RefName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which one of the images of a layout is meant: by REF first, then by platform. */
final class Selection {
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final String place;
  private final Optional<String> ref;
  private final List<Descriptor> entries;
  private final IndexWalk walk;

  /**
   * The manifest that was chosen.
   *
   * @param name that of the entry that led to it
   * @param entries what the reference means in {@code index.json}
   */
  record Choice(Descriptor manifest, Optional<String> name, List<Descriptor> entries) {}

  /**
   * @param place where the images lie, for messages
   * @param ref which one is meant; absent when there is to be one only
   * @param entries what {@code index.json} lists and can be an image
   */
  Selection(String place, Optional<String> ref, List<Descriptor> entries, IndexWalk walk) {
    this.place = place;
    this.ref = ref;
    this.entries = entries;
    this.walk = walk;
  }

  /** The name that {@code index.json} gives an entry; the full one where it has two. */
  static Optional<String> name(Descriptor entry) {
    return Optional.ofNullable(entry.annotations().get(CONTAINERD_NAME))
        .or(() -> Optional.ofNullable(entry.annotations().get(REF_NAME)));
  }

  /**
   * Chooses the manifest.
   *
   * @param asked the platform that the user asked for
   * @throws OcifsException {@code NOT_FOUND} when there is none, {@code USAGE} when there are
   *     several, each with the list of what there is
   */
  Choice choose(Optional<Platform> asked) throws IOException {
    List<Descriptor> matching = distinct(matching());
    Optional<String> name = name(matching.get(0));
    if (matching.size() == 1 && matching.get(0).mediaType().isManifest()) {
      return new Choice(matching.get(0), name, matching);
    }
    List<Descriptor> manifests = new ArrayList<>();
    for (Descriptor entry : matching) {
      manifests.addAll(walk.manifests(entry));
    }
    return new Choice(byPlatform(manifests, asked.orElseGet(Platform::host)), name, matching);
  }

  /**
   * The one manifest or index that is meant, whatever the platforms.
   *
   * @throws OcifsException {@code NOT_FOUND} when there is none, {@code USAGE} when there are
   *     several
   */
  Descriptor top() throws IOException {
    List<Descriptor> matching = distinct(matching());
    if (matching.size() > 1) {
      throw listing(
              OcifsException.Kind.USAGE,
              place + " holds " + matching.size() + " images of this name, and no index of them")
          .hint("choose one with --platform, or by digest");
    }
    return matching.get(0);
  }

  private List<Descriptor> matching() throws IOException {
    if (entries.isEmpty()) {
      throw new OcifsException(
              OcifsException.Kind.NOT_FOUND, "the layout " + place + " lists no image")
          .rule(32);
    }
    if (ref.isPresent()) {
      return named(ref.get());
    }
    boolean oneName = entries.stream().map(Selection::name).distinct().count() == 1;
    boolean tellApart =
        entries.stream().allMatch(e -> e.mediaType().isIndex() || e.platform().isPresent());
    if (distinct(entries).size() > 1 && !(oneName && tellApart)) {
      throw listing(
              OcifsException.Kind.USAGE,
              place + " holds " + entries.size() + " images, and none is named")
          .hint("add :REF to the name");
    }
    return entries;
  }

  private List<Descriptor> named(String wanted) throws IOException {
    Optional<Integer> position = RefName.position(wanted);
    if (position.isPresent() && position.get() < entries.size()) {
      return List.of(entries.get(position.get()));
    }
    Optional<Digest> digest = RefName.digest(wanted);
    List<Descriptor> found =
        digest.isPresent()
            ? entries.stream().filter(e -> e.digest().equals(digest.get())).toList()
            : byName(wanted);
    if (found.isEmpty() && digest.isPresent()) {
      found = nested(digest.get());
    }
    if (found.isEmpty()) {
      throw listing(OcifsException.Kind.NOT_FOUND, place + " holds no image '" + wanted + "'");
    }
    return found;
  }

  private List<Descriptor> byName(String wanted) {
    List<Descriptor> exact =
        entries.stream()
            .filter(
                e ->
                    wanted.equals(e.annotations().get(REF_NAME))
                        || wanted.equals(e.annotations().get(CONTAINERD_NAME)))
            .toList();
    return exact.isEmpty()
        ? entries.stream()
            .filter(e -> sameName(e, REF_NAME, wanted) || sameName(e, CONTAINERD_NAME, wanted))
            .toList()
        : exact;
  }

  private static boolean sameName(Descriptor entry, String annotation, String ref) {
    String name = entry.annotations().get(annotation);
    return name != null && RefName.same(name, ref);
  }

  private List<Descriptor> nested(Digest digest) throws IOException {
    for (Descriptor entry : entries) {
      for (Descriptor manifest : walk.manifests(entry)) {
        if (manifest.digest().equals(digest)) {
          return List.of(manifest);
        }
      }
    }
    return List.of();
  }

  private Descriptor byPlatform(List<Descriptor> manifests, Platform wanted) throws OcifsException {
    if (manifests.size() == 1 && manifests.get(0).platform().isEmpty()) {
      return manifests.get(0);
    }
    for (Platform platform : wanted.preferences()) {
      for (Descriptor manifest : manifests) {
        if (manifest.platform().equals(Optional.of(platform))) {
          return manifest;
        }
      }
    }
    List<String> there =
        manifests.stream()
            .map(m -> m.platform().map(Platform::toString).orElse("@" + m.digest()))
            .distinct()
            .toList();
    throw new OcifsException(
            OcifsException.Kind.NOT_FOUND,
            "no image for " + wanted + "; there is: " + Listing.of(there))
        .rule(31)
        .hint("choose one with --platform, or by digest");
  }

  private OcifsException listing(OcifsException.Kind kind, String problem) {
    Set<Optional<String>> once = new HashSet<>();
    Set<Optional<String>> twice = new HashSet<>();
    distinct(entries).stream().map(Selection::name).filter(n -> !once.add(n)).forEach(twice::add);
    List<String> names =
        entries.stream()
            .map(e -> name(e).filter(n -> !twice.contains(Optional.of(n))).orElse("@" + e.digest()))
            .distinct()
            .toList();
    return new OcifsException(kind, problem + "; there is: " + Listing.of(names)).rule(32);
  }

  private static List<Descriptor> distinct(List<Descriptor> all) {
    Map<Digest, Descriptor> byDigest = new LinkedHashMap<>();
    all.forEach(d -> byDigest.putIfAbsent(d.digest(), d));
    return List.copyOf(byDigest.values());
  }
}
