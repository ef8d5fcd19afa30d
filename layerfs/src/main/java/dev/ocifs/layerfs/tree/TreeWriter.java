package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.format.SectionedFileWriter;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers what can be seen of a merged tree, and writes it as an image tree.
 *
 * <p>Inodes are numbered breadth first, the names of a directory in the order of their bytes: the
 * numbers depend on the layers alone, and the inodes of one directory lie together. Used once, not
 * thread-safe.
 */
final class TreeWriter {
  private final MergedTree tree;
  private final Inodes inodes;

  /** The visible inodes in the order of their numbers; number 1 at index 0. */
  private final int[] order;

  private final int[] numbers;
  private final int[] nlinks;
  private final int[] firstDirent;
  private final int[] direntCount;
  private int[] dirents;
  private int inodeCount;
  private int directories;
  private int linkCount;

  /** Offsets in the section of each string and each blob, -1 while it has none. */
  private final Pool strings;

  private final Pool blobs;

  TreeWriter(MergedTree tree) {
    this.tree = tree;
    inodes = tree.inodes;
    order = new int[inodes.count()];
    numbers = new int[inodes.count()];
    nlinks = new int[inodes.count()];
    firstDirent = new int[inodes.count()];
    direntCount = new int[inodes.count()];
    dirents = new int[1024];
    strings = new Pool(tree.strings, 0);
    // Offset 0 in the blobs stands for none.
    blobs = new Pool(tree.blobs, Integer.BYTES);
  }

  void write(FileChannel channel, Digest chainId, List<Digest> diffIds) throws IOException {
    number();
    SectionedFileWriter file = new SectionedFileWriter(channel, TreeFormat.FORMAT);
    file.begin(TreeFormat.INODES);
    for (int i = 0; i < inodeCount; i++) {
      writeInode(file, order[i]);
    }
    file.end();
    file.begin(TreeFormat.DIRENTS);
    for (int i = 0; i < linkCount; i++) {
      file.putInt(strings.offset(tree.links.name[dirents[i]]));
      file.putInt(numbers[tree.links.inode[dirents[i]]]);
    }
    file.end();
    strings.write(file, TreeFormat.STRINGS);
    blobs.write(file, TreeFormat.BLOBS);
    writeFacts(file, chainId, diffIds);
    file.finish();
  }

  /** Breadth first: {@code order} is the queue of what is still to be visited. */
  private void number() {
    nlinks[MergedTree.ROOT] = 1;
    see(MergedTree.ROOT);
    for (int i = 0; i < inodeCount; i++) {
      int inode = order[i];
      if (!inodes.isDirectory(inode)) {
        continue;
      }
      directories++;
      nlinks[inode]++;
      int[] children = tree.children(inode);
      firstDirent[inode] = linkCount;
      direntCount[inode] = children.length;
      if (dirents.length - linkCount < children.length) {
        dirents = Arrays.copyOf(dirents, Math.max(dirents.length * 2, linkCount + children.length));
      }
      for (int link : children) {
        int child = tree.links.inode[link];
        dirents[linkCount++] = link;
        nlinks[child]++;
        if (inodes.isDirectory(child)) {
          nlinks[inode]++;
        }
        if (numbers[child] == 0) {
          see(child);
        }
      }
    }
  }

  private void see(int inode) {
    order[inodeCount++] = inode;
    numbers[inode] = inodeCount;
  }

  private void writeInode(SectionedFileWriter file, int inode) throws IOException {
    int type = inodes.mode[inode] & Attributes.S_IFMT;
    long size = 0;
    long data = 0;
    int home = 0;
    int runs = inodes.runs[inode];
    switch (type) {
      case Attributes.S_IFREG -> {
        size = inodes.size[inode];
        data = inodes.data[inode];
        home = inodes.home[inode];
      }
      case Attributes.S_IFLNK -> {
        int target = (int) inodes.data[inode];
        size = tree.strings.length(target);
        data = strings.offset(target);
      }
      case Attributes.S_IFDIR -> {
        data = (long) direntCount[inode] << 32 | Integer.toUnsignedLong(firstDirent[inode]);
        home = numbers[inodes.home[inode]];
      }
      default -> data = inodes.data[inode];
    }
    file.putInt(inodes.mode[inode]);
    file.putInt(nlinks[inode]);
    file.putInt(inodes.uid[inode]);
    file.putInt(inodes.gid[inode]);
    file.putLong(inodes.mtimeSeconds[inode]);
    file.putInt(inodes.mtimeNanos[inode]);
    file.putInt(blobs.reference(inodes.xattrs[inode]));
    file.putLong(size);
    file.putLong(data);
    file.putInt(home);
    file.putInt(blobs.reference(runs));
    file.putLong(runs == 0 ? 0 : TreeFormat.holeBytes(tree.blobs.get(runs - 1), size));
  }

  private void writeFacts(SectionedFileWriter file, Digest chainId, List<Digest> diffIds)
      throws IOException {
    long content = 0;
    for (int i = 0; i < inodeCount; i++) {
      int inode = order[i];
      if ((inodes.mode[inode] & Attributes.S_IFMT) == Attributes.S_IFREG) {
        // Sparse files of a hostile image can add up to more than a long holds.
        content = Math.min(Long.MAX_VALUE - inodes.size[inode], content) + inodes.size[inode];
      }
    }
    file.begin(TreeFormat.FACTS);
    file.putLong(content);
    file.putInt(directories);
    file.putInt(diffIds.size());
    putText(file, chainId.toString());
    for (Digest diffId : diffIds) {
      putText(file, diffId.toString());
    }
    file.end();
  }

  private static void putText(SectionedFileWriter file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    file.putInt(bytes.length);
    file.put(bytes, 0, bytes.length);
    file.pad(4);
  }

  /** The strings that the tree still uses, in the order of their first use. */
  private static final class Pool {
    private final ByteStrings all;
    private final int[] offsets;
    private final int[] used;
    private int usedCount;
    private int bytes;
    private final int leading;

    Pool(ByteStrings all, int leading) {
      this.all = all;
      this.leading = leading;
      bytes = leading;
      offsets = new int[all.count()];
      Arrays.fill(offsets, -1);
      used = new int[all.count()];
    }

    /** 0 for none, else the offset of the string numbered {@code reference - 1}. */
    int reference(int reference) {
      return reference == 0 ? 0 : offset(reference - 1);
    }

    int offset(int number) {
      if (offsets[number] < 0) {
        offsets[number] = bytes;
        used[usedCount++] = number;
        bytes = Math.addExact(bytes, Integer.BYTES + (all.length(number) + 3 & ~3));
      }
      return offsets[number];
    }

    void write(SectionedFileWriter file, int section) throws IOException {
      file.begin(section);
      for (int i = 0; i < leading; i++) {
        file.putByte(0);
      }
      for (int i = 0; i < usedCount; i++) {
        byte[] string = all.get(used[i]);
        file.putInt(string.length);
        file.put(string, 0, string.length);
        file.pad(4);
      }
      file.end();
    }
  }
}
