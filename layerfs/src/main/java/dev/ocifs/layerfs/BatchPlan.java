package dev.ocifs.layerfs;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.graph.Cycle;
import dev.ocifs.oci.graph.CycleDetector;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What there is to do for a batch of images: each layer once, however many of them share it. */
final class BatchPlan {
  private BatchPlan() {}

  /**
   * The distinct layers of a batch.
   *
   * @throws OcifsException as {@link #checkChains}
   */
  static Collection<ImageLayer> of(List<Image> images) throws IOException {
    Map<Digest, ImageLayer> layers = new LinkedHashMap<>();
    Set<List<Digest>> stacks = new LinkedHashSet<>();
    for (Image image : images) {
      image.layers().forEach(layer -> layers.putIfAbsent(key(layer), layer));
      stacks.add(image.layers().stream().map(ImageLayer::diffId).toList());
    }
    checkChains(stacks.stream().map(ChainId::ofEach).toList());
    return layers.values();
  }

  /** What tells layers apart: the digest of the blob where there is one. */
  static Digest key(ImageLayer layer) {
    return layer.digest().orElse(layer.diffId());
  }

  /**
   * Sees that no layer lies on itself. A chain ID is a digest of the one below it, so one that
   * comes back at another depth is of contents made to collide; trees are kept by it, and one image
   * would show the tree of another.
   *
   * @param chains the chain IDs of each stack, base first
   * @throws OcifsException {@code INVALID_IMAGE}, which names the way round
   */
  static void checkChains(List<List<Digest>> chains) throws IOException {
    Map<Digest, Set<Digest>> below = new LinkedHashMap<>();
    for (List<Digest> chain : chains) {
      for (int i = 0; i < chain.size(); i++) {
        Set<Digest> lower = below.computeIfAbsent(chain.get(i), d -> new LinkedHashSet<>());
        if (i > 0) {
          lower.add(chain.get(i - 1));
        }
      }
    }
    Optional<Cycle> cycle =
        CycleDetector.find(
            below.keySet(), chainId -> List.copyOf(below.getOrDefault(chainId, Set.of())));
    if (cycle.isPresent()) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE, "layers lie on themselves: " + cycle.get())
          .hint("trust none of these images");
    }
  }
}
