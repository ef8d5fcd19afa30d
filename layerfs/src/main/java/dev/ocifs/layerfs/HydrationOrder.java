package dev.ocifs.layerfs;

import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The files of an image in the order in which they lie in its layers, eight bytes each. Not
 * thread-safe.
 */
final class HydrationOrder {
  /** Content begins at blocks of a tar (POSIX.1, pax): 32 bits of them are 2 TiB of a layer. */
  private static final int BLOCK_SHIFT = 9;

  private static final int INODE_BITS = 31;
  private static final long MAX_INODE = (1L << INODE_BITS) - 1;
  private static final long MAX_POS = (1L << (32 + BLOCK_SHIFT)) - 1;

  private final List<long[]> layers;

  private HydrationOrder(List<long[]> layers) {
    this.layers = layers;
  }

  /** The files that have content. */
  static HydrationOrder of(ImageTree tree, int layerCount) throws OcifsException {
    List<long[]> layers = new ArrayList<>();
    int[] counts = new int[layerCount];
    for (int i = 0; i < layerCount; i++) {
      layers.add(new long[16]);
    }
    Attributes attributes = new Attributes();
    long last = Math.min(tree.inodeCount(), MAX_INODE);
    for (long inode = 1; inode <= last; inode++) {
      tree.attributes(inode, attributes);
      if (attributes.type() == Attributes.S_IFREG && attributes.size > 0) {
        long content = tree.content(inode);
        long pos = tree.contentPos(content);
        int layer = tree.contentLayer(content);
        if (pos <= MAX_POS && layer >= 0 && layer < layerCount) {
          if (counts[layer] == layers.get(layer).length) {
            layers.set(layer, Arrays.copyOf(layers.get(layer), 2 * counts[layer]));
          }
          layers.get(layer)[counts[layer]++] = pos >>> BLOCK_SHIFT << INODE_BITS | inode;
        }
      }
    }
    for (int i = 0; i < layerCount; i++) {
      long[] keys = Arrays.copyOf(layers.get(i), counts[i]);
      Arrays.sort(keys);
      layers.set(i, keys);
    }
    return new HydrationOrder(layers);
  }

  int size(int layer) {
    return layers.get(layer).length;
  }

  /** The i-th file of a layer. */
  long inode(int layer, int i) {
    return layers.get(layer)[i] & MAX_INODE;
  }

  /** The first file of a layer that begins at a position or after it; the count when none does. */
  int firstAt(int layer, long pos) {
    long key = ((pos + (1 << BLOCK_SHIFT) - 1) >>> BLOCK_SHIFT) << INODE_BITS;
    int found = Arrays.binarySearch(layers.get(layer), key);
    return found >= 0 ? found : -found - 1;
  }

  /** The files that begin in a span: from the first of the pair to before the second. */
  int[] inSpan(int layer, LayerReader reader, int span) throws OcifsException {
    return new int[] {
      firstAt(layer, reader.spanStart(span)), firstAt(layer, reader.spanStart(span + 1))
    };
  }
}
