package dev.ocifs.oci.source;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.graph.Cycle;
import dev.ocifs.oci.graph.CycleDetector;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The indexes and manifests of a layout, and which names which: an index its manifests, a referrer
 * (a signature, an SBOM) its subject.
 *
 * <p>What is checked is what belongs to an image: all that its entry in {@code index.json} leads
 * to, the subjects of these, and every referrer of any of them that the layout lists (a document
 * that cannot be parsed refers to nothing). Of referrers and of other platforms' images the
 * documents are checked, not their blobs. A subject and a manifest of an index may be missing (OCI
 * image-spec v1.1, manifest.md, "subject"; image-index.md) and a way round can only be built with
 * wrong digests, which is why documents are read before they are trusted.
 *
 * <p>Used once, by one thread.
 */
final class DocumentGraph {
  /** Bound on all documents together; real ones have a few KiB. */
  private static final long MAX_BYTES = 64L << 20;

  /**
   * A document that was read.
   *
   * @param names what it names: the manifests of an index, then the subject
   * @param subject the last of these, where it has one
   * @param fault why it is not to be trusted
   */
  private record Node(
      long bytes,
      List<Descriptor> names,
      Optional<Digest> subject,
      Optional<OcifsException> fault) {}

  private final Blobs blobs;

  /** In the order in which they were first named; empty for one that is missing. */
  private final Map<Digest, Optional<Node>> nodes = new LinkedHashMap<>();

  private long bytes;

  DocumentGraph(Blobs blobs) {
    this.blobs = blobs;
  }

  /**
   * Reads what the layout lists, and checks what belongs to an image.
   *
   * @param listed the documents in {@code index.json}
   * @param own those of them that led to the image, and its manifest
   * @throws OcifsException {@code LIMIT} when the documents are too long, {@code IO}
   */
  void check(List<Descriptor> listed, List<Descriptor> own, DocumentReview review)
      throws IOException {
    Deque<Descriptor> left = new ArrayDeque<>(own);
    left.addAll(listed);
    while (!left.isEmpty()) {
      Descriptor next = left.remove();
      if (isDocument(next) && !nodes.containsKey(next.digest())) {
        Optional<Node> node = read(next);
        nodes.put(next.digest(), node);
        node.ifPresent(n -> left.addAll(n.names()));
      }
    }
    Set<Digest> related = related(own);
    Optional<Cycle> cycle = CycleDetector.find(related, this::successors);
    if (cycle.isPresent()) {
      review.failed(
          new OcifsException(
                  OcifsException.Kind.INVALID_IMAGE,
                  "documents name each other in a circle: " + cycle.get())
              .rule(27)
              .hint("one of them is not what its digest says: get the image again"));
    }
    own.forEach(descriptor -> checkSize(descriptor, review));
    related.forEach(digest -> checkNode(digest, review));
  }

  private static boolean isDocument(Descriptor descriptor) {
    return descriptor.mediaType().isIndex() || descriptor.mediaType().isManifest();
  }

  private Optional<Node> read(Descriptor descriptor) throws IOException {
    if (!blobs.has(descriptor)) {
      return Optional.empty();
    }
    Blobs.Read peeked;
    try {
      peeked = blobs.peek(descriptor);
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e;
      }
      return Optional.of(new Node(descriptor.size(), List.of(), Optional.empty(), Optional.of(e)));
    }
    Document document = peeked.document();
    bytes += document.size();
    if (bytes > MAX_BYTES) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the layout's documents have more than " + MAX_BYTES + " bytes together")
          .rule(28);
    }
    // The size is looked at for each descriptor.
    Optional<OcifsException> fault =
        document.digest().equals(descriptor.digest()) ? Optional.empty() : peeked.mismatch();
    try {
      return Optional.of(parse(descriptor, document, fault));
    } catch (OcifsException e) {
      return Optional.of(
          new Node(document.size(), List.of(), Optional.empty(), fault.or(() -> Optional.of(e))));
    }
  }

  private static Node parse(
      Descriptor descriptor, Document document, Optional<OcifsException> fault)
      throws OcifsException {
    List<Descriptor> names = new ArrayList<>();
    Optional<Descriptor> subject;
    if (descriptor.mediaType().isIndex()) {
      ImageIndex index = ImageIndex.parse(document);
      names.addAll(index.manifests());
      subject = index.subject();
    } else {
      subject = ImageManifest.parse(document).subject();
    }
    subject.ifPresent(names::add);
    return new Node(
        document.size(),
        names.stream().filter(DocumentGraph::isDocument).toList(),
        subject.map(Descriptor::digest),
        fault);
  }

  private Optional<Node> node(Digest digest) {
    return nodes.getOrDefault(digest, Optional.empty());
  }

  private List<Digest> successors(Digest digest) {
    return node(digest)
        .map(n -> n.names().stream().map(Descriptor::digest).toList())
        .orElse(List.of());
  }

  /** All that is led to, or that is said of something that is led to. */
  private Set<Digest> related(List<Descriptor> own) {
    Map<Digest, List<Digest>> referrers = new HashMap<>();
    nodes.forEach(
        (digest, node) ->
            node.flatMap(Node::subject)
                .ifPresent(s -> referrers.computeIfAbsent(s, k -> new ArrayList<>()).add(digest)));
    Set<Digest> related = new LinkedHashSet<>();
    Deque<Digest> left = new ArrayDeque<>(own.stream().map(Descriptor::digest).toList());
    while (!left.isEmpty()) {
      Digest next = left.remove();
      if (related.add(next)) {
        left.addAll(successors(next));
        left.addAll(referrers.getOrDefault(next, List.of()));
      }
    }
    return related;
  }

  private void checkNode(Digest digest, DocumentReview review) {
    Optional<Node> found = node(digest);
    if (found.isEmpty()) {
      return; // whoever names it says so
    }
    Node node = found.get();
    node.fault().ifPresent(review::failed);
    for (Descriptor named : node.names()) {
      if (node(named.digest()).isEmpty()) {
        boolean subject = node.subject().equals(Optional.of(named.digest()));
        review.noted(
            digest,
            (subject ? "its subject " : "it names the manifest ")
                + named.digest()
                + (subject ? "" : named.platform().map(p -> " for " + p).orElse(""))
                + (subject ? " is not in the layout" : ", which is not in the layout")
                + "; that is allowed");
      }
      checkSize(named, review);
    }
  }

  private void checkSize(Descriptor named, DocumentReview review) {
    Optional<Node> node = node(named.digest());
    if (node.isPresent() && node.get().bytes() != named.size()) {
      review.failed(
          new OcifsException(
                  OcifsException.Kind.MISMATCH,
                  "document "
                      + named.digest()
                      + " has "
                      + node.get().bytes()
                      + " bytes, its descriptor says "
                      + named.size())
              .rule(27));
    }
  }
}
