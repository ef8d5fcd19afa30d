package dev.ocifs.layerfs;

import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.tree.Extent;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Image;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An image, its tree and the readers of its layers, as one view. Owns all three. */
final class MergedView implements ImageView {
  private final Image image;
  private final ImageTree tree;
  private final List<LayerReader> layers;

  MergedView(Image image, ImageTree tree, List<LayerReader> layers) {
    this.image = image;
    this.tree = tree;
    this.layers = List.copyOf(layers);
  }

  @Override
  public long inodeCount() {
    return tree.inodeCount();
  }

  @Override
  public long contentBytes() throws IOException {
    return tree.contentBytes();
  }

  @Override
  public long lookup(long directory, byte[] name) throws IOException {
    return tree.lookup(directory, name);
  }

  @Override
  public void attributes(long inode, Attributes dst) throws IOException {
    tree.attributes(inode, dst);
  }

  @Override
  public long parent(long directory) throws IOException {
    return tree.parent(directory);
  }

  @Override
  public void list(long directory, long offset, DirectoryVisitor visitor) throws IOException {
    tree.list(directory, offset, visitor);
  }

  @Override
  public byte[] readlink(long inode) throws IOException {
    return tree.readlink(inode);
  }

  @Override
  public List<byte[]> xattrNames(long inode) throws IOException {
    return tree.xattrNames(inode);
  }

  @Override
  public byte @Nullable [] xattr(long inode, byte[] name) throws IOException {
    return tree.xattr(inode, name);
  }

  @Override
  public int read(long inode, long pos, MemorySegment dst) throws IOException {
    Extent extent = tree.extent(inode);
    if (pos < 0 || pos >= extent.size()) {
      return 0;
    }
    int n = (int) Math.min(Math.min(dst.byteSize(), Integer.MAX_VALUE), extent.size() - pos);
    LayerReader layer = layers.get(extent.layer());
    long[] runs = extent.runs();
    try {
      if (runs == null) {
        layer.read(extent.pos() + pos, dst, 0, n);
      } else {
        readSparse(layer, extent.pos(), runs, pos, dst.asSlice(0, n));
      }
    } catch (dev.ocifs.oci.OcifsException e) {
      throw e.image(image.name());
    }
    return n;
  }

  /** Holes are zeros; the runs lie one after the other from {@code stored}. */
  private static void readSparse(
      LayerReader layer, long stored, long[] runs, long pos, MemorySegment dst) throws IOException {
    dst.fill((byte) 0);
    long end = pos + dst.byteSize();
    long at = stored;
    for (int i = 0; i < runs.length && runs[i] < end; i += 2) {
      long from = Math.max(pos, runs[i]);
      long to = Math.min(end, runs[i] + runs[i + 1]);
      if (from < to) {
        layer.read(at + from - runs[i], dst, from - pos, to - from);
      }
      at += runs[i + 1];
    }
  }

  @Override
  public void close() throws IOException {
    try (image) {
      tree.close();
      LayerReader.closeAll(layers);
    }
  }
}
