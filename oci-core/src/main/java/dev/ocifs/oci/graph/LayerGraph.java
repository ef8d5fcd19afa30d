package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.List;

/** Contents that name other contents by digest: indexes and their manifests, layers and parents. */
@FunctionalInterface
public interface LayerGraph {

  /**
   * What the content names, in its order; empty for a leaf. Asked once for each digest.
   *
   * @throws IOException when the content cannot be read; a search then ends with it
   */
  List<Digest> successors(Digest digest) throws IOException;
}
