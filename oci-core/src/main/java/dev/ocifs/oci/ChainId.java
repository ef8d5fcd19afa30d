package dev.ocifs.oci;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Names of stacks of layers: the chain ID of a layer stands for it and everything below it.
 *
 * <p>Source: OCI image-spec v1.1, config.md, "Layer ChainID".
 */
public final class ChainId {
  private ChainId() {}

  /** The chain IDs of the stacks that end with each layer, base first. */
  public static List<Digest> ofEach(List<Digest> diffIds) {
    List<Digest> chain = new ArrayList<>(diffIds.size());
    for (Digest diffId : diffIds) {
      chain.add(chain.isEmpty() ? diffId : next(chain.getLast(), diffId));
    }
    return List.copyOf(chain);
  }

  /**
   * The chain ID of a whole stack. A stack of no layers, which the specification does not name, has
   * the digest of no bytes.
   */
  public static Digest of(List<Digest> diffIds) {
    return diffIds.isEmpty()
        ? Hasher.hash(Digest.Algorithm.SHA256, new byte[0])
        : ofEach(diffIds).getLast();
  }

  private static Digest next(Digest below, Digest diffId) {
    String both = below + " " + diffId;
    return Hasher.hash(Digest.Algorithm.SHA256, both.getBytes(StandardCharsets.US_ASCII));
  }
}
