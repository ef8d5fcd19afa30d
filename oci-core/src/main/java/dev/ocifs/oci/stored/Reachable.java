package dev.ocifs.oci.stored;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the documents of a store lead to. */
final class Reachable {
  private Reachable() {}

  /**
   * All that these descriptors lead to, themselves included. A document that is not in the store,
   * of another platform and never fetched for one, leads nowhere.
   *
   * @throws dev.ocifs.oci.OcifsException when a document is not what it should be
   */
  static Map<Digest, Descriptor> from(Collection<Descriptor> roots, Store store)
      throws IOException {
    Map<Digest, Descriptor> found = new LinkedHashMap<>();
    Deque<Descriptor> left = new ArrayDeque<>(roots);
    while (!left.isEmpty()) {
      Descriptor next = left.remove();
      if (found.putIfAbsent(next.digest(), next) == null) {
        left.addAll(below(next, store));
      }
    }
    return found;
  }

  private static List<Descriptor> below(Descriptor descriptor, Store store) throws IOException {
    boolean index = descriptor.mediaType().isIndex();
    if (!index && !descriptor.mediaType().isManifest()) {
      return List.of();
    }
    Document document;
    try {
      document = Document.of(Files.readAllBytes(store.blob(descriptor.digest())), Limits.DEFAULT);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    List<Descriptor> below = new ArrayList<>();
    if (index) {
      ImageIndex read = ImageIndex.parse(document);
      below.addAll(read.manifests());
      read.subject().ifPresent(below::add);
    } else {
      ImageManifest read = ImageManifest.parse(document);
      below.add(read.config());
      below.addAll(read.layers());
      read.subject().ifPresent(below::add);
    }
    return below;
  }
}
