package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.graph.CycleDetector;
import dev.ocifs.oci.manifest.ImageIndex;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Walks over indexes within indexes. Each is read once, and none that goes round is walked. Not
 * thread-safe.
 */
final class NestedIndexes {
  private final Documents documents;

  NestedIndexes(Documents documents) {
    this.documents = documents;
  }

  /**
   * All manifests below an index, in the order of the documents.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when indexes contain each other
   */
  List<Descriptor> manifests(Descriptor root) throws IOException {
    List<Digest> cycle = new CycleDetector(this::unverified).findCycle(root.digest());
    if (!cycle.isEmpty()) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "indexes contain each other: "
                  + cycle.stream().map(Digest::toString).collect(Collectors.joining(" -> ")))
          .rule(28);
    }
    List<Descriptor> manifests = new ArrayList<>();
    Set<Digest> seen = new HashSet<>();
    Deque<Descriptor> rest = new ArrayDeque<>();
    rest.push(root);
    while (!rest.isEmpty()) {
      Descriptor next = rest.pop();
      boolean isRoot = seen.isEmpty();
      if (!isRoot && !MediaType.isIndex(next.mediaType())) {
        manifests.add(next);
      } else if (seen.add(next.digest())) {
        List<Descriptor> children =
            ImageIndex.parse("index " + next.digest(), documents.read(next)).manifests();
        for (int i = children.size() - 1; i >= 0; i--) {
          rest.push(children.get(i));
        }
      }
    }
    return manifests;
  }

  /**
   * What an index refers to. Its digest is not looked at: that would say of an index that names
   * itself only that it is not what its name says. Nothing read here is used for anything else.
   */
  private List<Digest> unverified(Digest digest) throws IOException {
    var raw = documents.read(BlobFolder.blobPath(digest));
    if (raw.isEmpty()) {
      return List.of();
    }
    try {
      return ImageIndex.parse("index " + digest, raw.get()).manifests().stream()
          .filter(d -> MediaType.isIndex(d.mediaType()))
          .map(Descriptor::digest)
          .toList();
    } catch (OcifsException e) {
      return List.of(); // It is reported when it is read for use.
    }
  }
}
