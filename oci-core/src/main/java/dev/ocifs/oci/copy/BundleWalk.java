package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.source.ImageBundle;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds all that a bundle consists of, whatever it is: an index keeps its digest only when nothing
 * that it names is left out. Every document is verified before it is followed, so that they cannot
 * name each other in a circle.
 */
final class BundleWalk {
  /** Bound on all documents together, which are kept in memory; real ones have some 100 KiB. */
  private static final long MAX_BYTES = 64L << 20;

  private final ImageBundle bundle;
  private final Set<Digest> seen = new HashSet<>();
  private final List<PlannedBlob> blobs = new ArrayList<>();
  private final List<PlannedManifest> manifests = new ArrayList<>();
  private final Deque<Visit> stack = new ArrayDeque<>();
  private long bytes;

  /** A document, before what it names (without it) and after that. */
  private record Visit(Descriptor descriptor, Optional<Document> document) {}

  BundleWalk(ImageBundle bundle) {
    this.bundle = bundle;
  }

  CopyPlan plan() throws IOException {
    Descriptor top = bundle.top();
    stack.push(new Visit(top, Optional.empty()));
    while (!stack.isEmpty()) {
      Visit visit = stack.pop();
      if (visit.document().isPresent()) {
        manifests.add(new PlannedManifest(bare(visit.descriptor()), visit.document().get()));
      } else if (seen.add(visit.descriptor().digest())) {
        follow(visit.descriptor());
      }
    }
    return new CopyPlan(bundle.name(), blobs, manifests);
  }

  private void follow(Descriptor descriptor) throws IOException {
    if (descriptor.mediaType().isIndex()) {
      Document document = read(descriptor);
      for (Descriptor child : ImageIndex.parse(document).manifests().reversed()) {
        stack.push(new Visit(child, Optional.empty()));
      }
    } else if (descriptor.mediaType().isManifest()) {
      ImageManifest manifest = ImageManifest.parse(read(descriptor));
      add(descriptor, manifest.config());
      for (Descriptor layer : manifest.layers()) {
        add(descriptor, layer);
      }
    } else {
      add(bundle.top(), descriptor);
    }
  }

  private Document read(Descriptor descriptor) throws IOException {
    bytes += descriptor.size();
    if (bytes > MAX_BYTES) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "manifests and indexes have more than " + MAX_BYTES + " bytes together")
          .rule(28);
    }
    Document document = bundle.document(descriptor);
    stack.push(new Visit(descriptor, Optional.of(document)));
    return document;
  }

  private void add(Descriptor manifest, Descriptor blob) {
    PlannedBlob.Remote remote =
        // registries give configurations as documents, which are kept whole
        blob.mediaType().isConfig() ? PlannedBlob.Remote.NONE : () -> bundle.remote(manifest, blob);
    blobs.add(CopyPlan.blob(blob, () -> bundle.open(blob), remote));
  }

  private static Descriptor bare(Descriptor d) {
    return new Descriptor(
        d.mediaType(), d.digest(), d.size(), d.platform(), Map.of(), List.of(), Optional.empty());
  }
}
