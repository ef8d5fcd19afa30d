package dev.ocifs.layerfs;

import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.List;

/** The uncompressed layers of a view, and where its tree says that files lie in them. */
record LayersOfView(Store store, Digest chainId, ImageTree tree, List<LayerFile> layers)
    implements LayerFiles {

  @Override
  public void runs(long inode, RunVisitor visitor) throws IOException {
    long content = tree.content(inode);
    long runs = tree.runs(content);
    int layer = tree.contentLayer(content);
    long stored = tree.contentPos(content);
    if (runs == 0) {
      if (tree.contentSize(content) > 0) {
        visitor.run(layer, 0, stored, tree.contentSize(content));
      }
      return;
    }
    int count = tree.runCount(runs);
    for (int i = 0; i < count; i++) {
      long length = tree.runLength(runs, i);
      if (length > 0) {
        visitor.run(layer, tree.runStart(runs, i), stored, length);
      }
      stored += length;
    }
  }
}
