package dev.ocifs.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The digest that names a stack of layers.
 *
 * <p>Source: OCI image-spec v1.1, config.md, "Layer ChainID".
 */
public final class ChainId {
  private static final Digest NO_LAYERS = Hasher.hash(Digest.Algorithm.SHA256, new byte[0]);

  private ChainId() {}

  /**
   * The chain ID of layers with these diffIDs, base first. A stack of no layers, which the
   * specification does not name, has the digest of no bytes.
   */
  public static Digest of(List<Digest> diffIds) {
    Digest chain = NO_LAYERS;
    for (int i = 0; i < diffIds.size(); i++) {
      chain =
          i == 0
              ? diffIds.get(0)
              : Hasher.hash(
                  Digest.Algorithm.SHA256,
                  (chain + " " + diffIds.get(i)).getBytes(StandardCharsets.US_ASCII));
    }
    return chain;
  }
}
