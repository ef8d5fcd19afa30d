package dev.ocifs.layerfs;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.graph.Cycle;
import dev.ocifs.oci.graph.CycleDetector;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What there is to do for a batch of images: each thing once, however many of them share it.
 *
 * @param layers the distinct layers
 * @param stacks of the images with the same layers one
 */
record BatchPlan(List<ImageLayer> layers, List<Image> stacks) {

  /**
   * Plans a batch.
   *
   * @throws OcifsException as {@link #checkChains}
   */
  static BatchPlan of(List<Image> images) throws IOException {
    Map<Digest, ImageLayer> layers = new LinkedHashMap<>();
    Map<List<Digest>, Image> stacks = new LinkedHashMap<>();
    for (Image image : images) {
      List<Digest> diffIds = new ArrayList<>();
      for (ImageLayer layer : image.layers()) {
        layers.putIfAbsent(layer.digest().orElse(layer.diffId()), layer);
        diffIds.add(layer.diffId());
      }
      stacks.putIfAbsent(diffIds, image);
    }
    checkChains(stacks.keySet().stream().map(ChainId::ofEach).toList());
    return new BatchPlan(List.copyOf(layers.values()), List.copyOf(stacks.values()));
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
