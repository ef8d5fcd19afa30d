package dev.ocifs.layerfs.view;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The uncompressed layers of an image as files, and where in them the content of its files lies:
 * for whoever lets the kernel read the image by itself. Thread-safe; belongs to the view that gave
 * it, and ends with it.
 */
public interface LayerFiles {

  /** The store that what is derived from the image belongs to. */
  Store store();

  /** Names the stack of layers. */
  Digest chainId();

  /** The layers, base first. */
  List<LayerFile> layers();

  /**
   * One layer.
   *
   * @param diffId the digest of the uncompressed layer
   * @param path holds the uncompressed layer from its first byte on, a multiple of 512 bytes long
   */
  record LayerFile(Digest diffId, Path path) {}

  /** Passes on where the stored content of a regular file lies, in ascending order. */
  void runs(long inode, RunVisitor visitor) throws IOException;

  /** Receives the runs of a file; what no run covers is zeros. */
  @FunctionalInterface
  interface RunVisitor {
    /**
     * Takes one run.
     *
     * @param layer its place in {@link LayerFiles#layers}
     * @param start position in the content of the file
     * @param pos position in the layer's file
     * @param length bytes, at least 1
     */
    void run(int layer, long start, long pos, long length) throws IOException;
  }
}
