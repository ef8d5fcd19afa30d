package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.graph.Cycle;
import dev.ocifs.oci.graph.CycleDetector;
import dev.ocifs.oci.graph.LayerGraph;
import dev.ocifs.oci.manifest.ImageIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the manifests of images below an index that may name other indexes. A cycle can only be
 * built with wrong digests; it is looked for first, because it says more than the first mismatch,
 * which is thrown otherwise. Every index is read once.
 */
final class IndexWalk {
  /** Bound on all nested indexes together; real ones have a few KiB. */
  private static final long MAX_BYTES = 64L << 20;

  private final Blobs blobs;
  private final Set<Digest> read = new HashSet<>();
  private long bytes;

  IndexWalk(Blobs blobs) {
    this.blobs = blobs;
  }

  /**
   * The manifests that {@code top} leads to: itself, or what its indexes name and no earlier call
   * has seen; without attestations and unknown media types.
   *
   * @throws OcifsException {@code INVALID_IMAGE} for a cycle, {@code MISMATCH} for an index that is
   *     not what its descriptor says
   */
  List<Descriptor> manifests(Descriptor top) throws IOException {
    if (!top.mediaType().isIndex()) {
      return isImage(top) ? List.of(top) : List.of();
    }
    Nested nested = new Nested(top);
    Optional<Cycle> cycle = CycleDetector.find(List.of(top.digest()), nested);
    if (cycle.isPresent()) {
      throw new OcifsException(
          OcifsException.Kind.INVALID_IMAGE, "indexes name each other in a circle: " + cycle.get());
    }
    if (nested.mismatch.isPresent()) {
      throw nested.mismatch.get();
    }
    return nested.found;
  }

  /** Whether the descriptor names the manifest of an image, as far as it tells. */
  private static boolean isImage(Descriptor descriptor) {
    return descriptor.mediaType().isManifest() && !descriptor.isAttestation();
  }

  /** The indexes below one top, and what was found in them. */
  private final class Nested implements LayerGraph {
    private final Map<Digest, Descriptor> indexes = new HashMap<>();
    private final List<Descriptor> found = new ArrayList<>();
    private Optional<OcifsException> mismatch = Optional.empty();

    Nested(Descriptor top) {
      indexes.put(top.digest(), top);
    }

    @Override
    public List<Digest> successors(Digest digest) throws IOException {
      Descriptor self = indexes.get(digest);
      if (self == null || !read.add(digest)) {
        return List.of();
      }
      List<Digest> next = new ArrayList<>();
      for (Descriptor child : read(self).manifests()) {
        if (child.mediaType().isIndex()) {
          indexes.putIfAbsent(child.digest(), child);
          next.add(child.digest());
        } else if (isImage(child)) {
          found.add(child);
        }
      }
      return next;
    }

    private ImageIndex read(Descriptor descriptor) throws IOException {
      Blobs.Read peeked = blobs.peek(descriptor);
      bytes += peeked.document().size();
      if (bytes > MAX_BYTES) {
        throw new OcifsException(
                OcifsException.Kind.LIMIT,
                "nested indexes have more than " + MAX_BYTES + " bytes together")
            .rule(28);
      }
      mismatch = mismatch.or(peeked::mismatch);
      try {
        return ImageIndex.parse(peeked.document());
      } catch (OcifsException e) {
        throw peeked.mismatch().orElse(e);
      }
    }
  }
}
