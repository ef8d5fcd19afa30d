package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads an image tree to its end and compares what its parts say of each other, which checksums
 * cannot: the chain ID and the diffIDs, directories and their entries, link counts, and that no
 * content lies outside its layer. Used once, by one thread.
 */
public final class TreeCheck {

  /** How long the uncompressed layers are. */
  @FunctionalInterface
  public interface Layers {
    /** The bytes of a layer; empty when nobody knows. */
    OptionalLong tarBytes(Digest diffId);
  }

  private final ImageTree tree;
  private final List<Digest> diffIds;
  private final long[] layerBytes;

  /** How many directory entries name each inode. */
  private final int[] names;

  private TreeCheck(ImageTree tree, Layers layers) throws OcifsException {
    this.tree = tree;
    diffIds = tree.diffIds();
    layerBytes = new long[diffIds.size()];
    for (int i = 0; i < layerBytes.length; i++) {
      layerBytes[i] = layers.tarBytes(diffIds.get(i)).orElse(Long.MAX_VALUE);
    }
    names = new int[Math.toIntExact(tree.inodeCount() + 1)];
  }

  /**
   * Checks a tree.
   *
   * @throws OcifsException {@code STORE} when it is damaged
   */
  public static void check(ImageTree tree, Layers layers) throws OcifsException {
    tree.checkBytes();
    try {
      new TreeCheck(tree, layers).run();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw tree.damaged(String.valueOf(e.getMessage())); // a number that leads nowhere
    }
  }

  private void run() throws OcifsException {
    if (!tree.chainId().equals(ChainId.of(diffIds))) {
      throw tree.damaged("its layers have the chain ID " + ChainId.of(diffIds));
    }
    Attributes attributes = new Attributes();
    for (long inode = ImageView.ROOT; inode <= tree.inodeCount(); inode++) {
      tree.attributes(inode, attributes);
      for (byte[] name : tree.xattrNames(inode)) {
        tree.xattr(inode, name);
      }
      switch (attributes.type()) {
        case Attributes.S_IFDIR -> checkDirectory(inode);
        case Attributes.S_IFREG -> {
          checkContent(inode);
          checkHoles(attributes);
        }
        case Attributes.S_IFLNK -> tree.readlink(inode);
        default -> {}
      }
    }
    checkLinks(attributes);
  }

  private void checkDirectory(long directory) throws OcifsException {
    List<byte[]> found = new ArrayList<>();
    List<Long> children = new ArrayList<>();
    tree.list(
        directory,
        0,
        (name, length, inode, type, next) -> {
          found.add(Arrays.copyOf(name, length));
          children.add(inode);
          return true;
        });
    Attributes child = new Attributes();
    for (int i = 0; i < found.size(); i++) {
      if (i > 0 && Arrays.compareUnsigned(found.get(i - 1), found.get(i)) >= 0) {
        throw tree.damaged("directory " + directory + " is not sorted");
      }
      long inode = children.get(i);
      names[Math.toIntExact(inode)]++;
      tree.attributes(inode, child);
      // Numbered breadth first, so that no directory can lie in itself.
      if (child.isDirectory() && (inode <= directory || tree.parent(inode) != directory)) {
        throw tree.damaged("directory " + inode + " lies in " + directory + " and elsewhere");
      }
    }
  }

  private void checkContent(long inode) throws OcifsException {
    long content = tree.content(inode);
    int layer = tree.contentLayer(content);
    if (layer < 0 || layer >= layerBytes.length) {
      throw tree.damaged("inode " + inode + " is of layer " + layer);
    }
    long runs = tree.runs(content);
    long size = tree.contentSize(content);
    long stored = runs == 0 ? size : storedBytes(runs, size);
    long pos = tree.contentPos(content);
    if (stored < 0 || (stored > 0 && (pos < 0 || pos > layerBytes[layer] - stored))) {
      throw tree.damaged("inode " + inode + " has content outside its layer");
    }
  }

  private void checkHoles(Attributes file) throws OcifsException {
    long runs = tree.runs(tree.content(file.inode));
    long holes = runs == 0 ? 0 : TreeFormat.holeBytes(tree.packedRuns(runs), file.size);
    if (holes != file.holeBytes) {
      throw tree.damaged(
          "inode " + file.inode + " has " + holes + " bytes of holes, not " + file.holeBytes);
    }
  }

  private long storedBytes(long runs, long size) throws OcifsException {
    int count = tree.runCount(runs);
    long stored = 0;
    long end = 0;
    for (int i = 0; i < count; i++) {
      long start = tree.runStart(runs, i);
      long length = tree.runLength(runs, i);
      if (start < end || length < 0 || length > size - start) {
        throw tree.damaged("the runs of a sparse file do not ascend");
      }
      end = start + length;
      stored += length;
    }
    return stored;
  }

  private void checkLinks(Attributes attributes) throws OcifsException {
    for (int inode = 1; inode < names.length; inode++) {
      tree.attributes(inode, attributes);
      int expected =
          attributes.isDirectory() ? (inode == ImageView.ROOT ? 0 : 1) : attributes.nlink;
      if (names[inode] != expected) {
        throw tree.damaged("inode " + inode + " has " + names[inode] + " names, not " + expected);
      }
    }
  }
}
