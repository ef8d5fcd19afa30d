package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.List;

/** Contents that refer to others: indexes to manifests, layers to their parents. */
@FunctionalInterface
public interface LayerGraph {
  /** What the content with this digest refers to, in its order. */
  List<Digest> successors(Digest digest) throws IOException;
}
