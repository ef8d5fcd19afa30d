package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.objects.SpanCheck;
import dev.ocifs.layerfs.objects.SpanKey;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Checks the decoded spans on disk: each against its own checksums, and against that of the layer's
 * index. A server that misses one decodes it again.
 */
final class SpanFiles {
  private final Store store;
  private final Problems problems;
  private final Map<Digest, IndexFiles.Sound> indices;

  SpanFiles(Store store, Problems problems, Map<Digest, IndexFiles.Sound> indices) {
    this.store = store;
    this.problems = problems;
    this.indices = indices;
  }

  void check() throws IOException {
    for (Path layer : Folders.list(store.spans())) {
      Optional<Digest> diffId = SpanCheck.layer(layer);
      if (diffId.isEmpty()) {
        problems.left(layer, "it is no folder of spans", "move it away, nothing uses it");
        continue;
      }
      IndexFiles.Sound index = indices.get(diffId.get());
      if (index == null) {
        checkAll(layer, diffId.get(), key -> OptionalInt.empty());
        continue;
      }
      try (LayerIndex open = LayerIndex.open(index.file())) {
        checkAll(layer, diffId.get(), key -> checksum(open, key));
      }
    }
  }

  private void checkAll(Path layer, Digest diffId, SpanCheck.Checksums checksums)
      throws IOException {
    for (Path file : Folders.list(layer)) {
      problems.lookAt(file, () -> checkOne(file, diffId, checksums));
    }
  }

  private void checkOne(Path file, Digest diffId, SpanCheck.Checksums checksums)
      throws IOException {
    Optional<Object> identity = Problems.identity(file);
    if (!SpanCheck.isSound(file, diffId, checksums)) {
      problems.damaged(file, identity, "it is not the span that its name says");
    }
  }

  /** That of the index, when it has this very span: another blob of the layer may have others. */
  private static OptionalInt checksum(LayerIndex index, SpanKey key) throws OcifsException {
    if (index.spanCount() == 0 || key.start() >= index.facts().tarBytes()) {
      return OptionalInt.empty();
    }
    int span = index.spanAt(key.start());
    boolean same =
        index.spanStart(span) == key.start()
            && index.spanStart(span + 1) - key.start() == key.length();
    return same ? OptionalInt.of(index.spanCrc(span)) : OptionalInt.empty();
  }
}
