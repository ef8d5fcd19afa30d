package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.List;

/**
 * Contents that name other contents by digest: indexes and the indexes in them, referrers and their
 * subjects, layers and the layers below them, tasks of a plan and what they wait for.
 */
@FunctionalInterface
public interface LayerGraph {

  /**
   * What the content names, in its order; empty for a leaf. Asked once for each digest, and not
   * used after the next call: an implementation may fill the same list again.
   *
   * @throws IOException when the content cannot be read; the search then ends
   */
  List<Digest> successors(Digest digest) throws IOException;
}
