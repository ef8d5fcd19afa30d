package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the EROFS metadata image of a view; see Documentation/filesystems/erofs.rst of Linux.
 *
 * <p>The image holds the superblock and the table of devices, then the inodes in the order of their
 * numbers, each with its extended attributes, its chunk indexes or its short link target behind it,
 * then the blocks of directories, of long link targets and of the few contents that cannot stay
 * where they lie. Everything else a file holds is a reference into an uncompressed layer.
 *
 * <p>Three walks over the view, none of which keeps anything but four bytes an inode: the first
 * finds the place of each inode, the second writes the inodes, the third the blocks behind them.
 * All count blocks in the same order, so that the second knows where the third will write. The same
 * view always gives the same bytes. Used once.
 */
final class ImageWriter {
  /** 16 bits of {@link Inode#SLOT_BYTES} each: the root's number must fit. */
  private static final long MAX_ROOT_POSITION = 0xffffL * Inode.SLOT_BYTES;

  private static final int UUID_BYTES = 16;

  private final ImageView view;
  private final LayerFiles layers;
  private final NidTable nids;
  private final Directory directory;
  private final Attributes attributes = new Attributes();
  private final BitSet usedLayers = new BitSet();
  private final List<DeviceTable.Slot> slots = new ArrayList<>();
  private final List<Path> deviceFiles = new ArrayList<>();
  private final int[] devices;
  private long inodesEnd;
  private long dataStart;

  ImageWriter(ImageView view, LayerFiles layers) throws IOException {
    this.view = view;
    this.layers = layers;
    nids = new NidTable(view.inodeCount());
    directory = new Directory(view, nids);
    devices = new int[layers.layers().size()];
  }

  /**
   * What was written.
   *
   * @param blocks how many blocks the image has
   * @param crc CRC-32C of them
   * @param devices the layers that it points into, device 1 first
   */
  record Written(long blocks, int crc, List<Path> devices) {}

  /**
   * Writes the image to the beginning of an empty file.
   *
   * @throws OcifsException {@code UNSUPPORTED} when EROFS cannot show this tree
   */
  Written write(FileChannel file) throws IOException {
    // Room for all layers: which of them hold files turns out on the way.
    long slotBytes = (long) devices.length * DeviceTable.SLOT_BYTES;
    long dataBlocks =
        placeInodes(
            Blocks.align(
                Superblock.EROFS_SUPER_OFFSET + Superblock.BYTES + slotBytes, Blocks.BYTES));
    chooseDevices();
    dataStart = Blocks.count(inodesEnd);
    long blocks = dataStart + dataBlocks;
    if (blocks >= Blocks.MAX || nids.position(ImageView.ROOT) > MAX_ROOT_POSITION) {
      throw new OcifsException(Kind.UNSUPPORTED, "the metadata is too large for one image");
    }
    ImageOutput out = new ImageOutput(file);
    byte[] head =
        new Superblock(
                (int) nids.of(ImageView.ROOT), view.inodeCount(), blocks, uuid(), slots.size())
            .encode(DeviceTable.encode(slots));
    out.write(head, 0, head.length);
    writeInodes(out);
    writeData(out);
    out.zerosTo(blocks << Blocks.BITS);
    return new Written(blocks, out.crc(), List.copyOf(deviceFiles));
  }

  /** Derived from what the image shows, so that the same image is the same bytes. */
  private byte[] uuid() {
    return HexFormat.of().parseHex(layers.chainId().hex(), 0, 2 * UUID_BYTES);
  }

  /** The layers that files lie in become devices, in their order. */
  private void chooseDevices() throws IOException {
    for (int i = usedLayers.nextSetBit(0); i >= 0; i = usedLayers.nextSetBit(i + 1)) {
      LayerFiles.LayerFile layer = layers.layers().get(i);
      slots.add(
          new DeviceTable.Slot(layer.diffId().hex(), Files.size(layer.path()) >>> Blocks.BITS));
      deviceFiles.add(layer.path());
      devices[i] = slots.size();
    }
    if (slots.size() > DeviceTable.MAX) {
      throw new OcifsException(
              Kind.UNSUPPORTED,
              "files lie in " + slots.size() + " layers, EROFS has " + DeviceTable.MAX)
          .hint("use --backend auto, which serves such images by FUSE, or squash some layers");
    }
  }

  /** Returns how many blocks lie behind the inodes. */
  private long placeInodes(long start) throws IOException {
    long at = start;
    long dataBlocks = 0;
    for (long inode = 1; inode <= view.inodeCount(); inode++) {
      Plan plan = plan(inode);
      at = Blocks.align(at, Inode.SLOT_BYTES);
      int inBlock = (int) (at & Blocks.BYTES - 1);
      if (inBlock + Inode.BYTES > Blocks.BYTES) {
        at = Blocks.align(at, Blocks.BYTES); // read with one block, and so is a link target
        inBlock = 0;
      }
      if (plan.inline && inBlock + plan.length() > Blocks.BYTES) {
        at = Blocks.align(at, Blocks.BYTES);
      }
      nids.place(inode, at);
      if (plan.chunks != null) {
        plan.chunks.markLayers(usedLayers);
      }
      at += plan.length();
      dataBlocks += plan.dataBlocks;
    }
    inodesEnd = at;
    return dataBlocks;
  }

  private void writeInodes(ImageOutput out) throws IOException {
    long block = dataStart;
    for (long inode = 1; inode <= view.inodeCount(); inode++) {
      Plan plan = plan(inode);
      out.zerosTo(nids.position(inode));
      Inode.encode(
          out.room(Inode.BYTES),
          attributes,
          plan.layout,
          Xattrs.count(plan.xattrs.length),
          plan.size,
          plan.u(block));
      out.write(plan.xattrs, 0, plan.xattrs.length);
      if (plan.inline) {
        byte[] target = view.readlink(inode);
        out.write(target, 0, target.length);
      } else if (plan.chunks != null) {
        out.zerosTo(Blocks.align(out.position(), FileChunks.INDEX_BYTES));
        plan.chunks.writeIndexes(out, devices, block);
      }
      block += plan.dataBlocks;
    }
  }

  private void writeData(ImageOutput out) throws IOException {
    out.zerosTo(dataStart << Blocks.BITS);
    for (long inode = 1; inode <= view.inodeCount(); inode++) {
      Plan plan = plan(inode);
      if (plan.dataBlocks == 0) {
        continue;
      }
      if (plan.chunks != null) {
        plan.chunks.writeCopies(out, view, inode);
      } else if (attributes.isDirectory()) {
        directory.encode(inode, block -> out.write(block, 0, block.length));
      } else {
        byte[] target = view.readlink(inode);
        out.write(target, 0, target.length);
      }
      out.zerosTo(Blocks.align(out.position(), Blocks.BYTES));
    }
  }

  /** How an inode lies in the image; made anew in each walk. */
  private static final class Plan {
    byte[] xattrs = {};
    int layout = Inode.EROFS_INODE_FLAT_PLAIN;
    long size;

    /** A link target that follows the inode. */
    boolean inline;

    @Nullable FileChunks chunks;

    /** Blocks behind the inodes. */
    long dataBlocks;

    /** What {@link Inode#I_U} holds unless the data lies in blocks of its own. */
    int fixed;

    int u(long block) {
      return chunks == null && dataBlocks > 0 ? (int) block : fixed;
    }

    /** Bytes from the beginning of the inode to the end of what follows it. */
    long length() {
      long end = (long) Inode.BYTES + xattrs.length;
      if (inline) {
        return end + size;
      }
      return chunks == null
          ? end
          : Blocks.align(end, FileChunks.INDEX_BYTES)
              + (long) chunks.count() * FileChunks.INDEX_BYTES;
    }
  }

  private Plan plan(long inode) throws IOException {
    view.attributes(inode, attributes);
    Plan plan = new Plan();
    plan.xattrs = Xattrs.of(view, inode);
    plan.size = attributes.size;
    switch (attributes.type()) {
      case Attributes.S_IFREG -> planFile(plan, inode);
      case Attributes.S_IFDIR -> {
        plan.size = directory.encode(inode, block -> {});
        plan.dataBlocks = Blocks.count(plan.size);
      }
      case Attributes.S_IFLNK -> planLink(plan);
      case Attributes.S_IFCHR, Attributes.S_IFBLK ->
          plan.fixed = Inode.device(attributes.major, attributes.minor);
      default -> {}
    }
    return plan;
  }

  private void planFile(Plan plan, long inode) throws IOException {
    if (plan.size == 0) {
      plan.fixed = Blocks.NULL_ADDR;
      return;
    }
    FileChunks chunks = FileChunks.of(layers, inode, plan.size);
    plan.chunks = chunks;
    plan.layout = Inode.EROFS_INODE_CHUNK_BASED;
    plan.fixed = chunks.format();
    plan.dataBlocks = chunks.copiedBlocks();
  }

  /** The kernel takes a target that follows its inode only from the inode's own block. */
  private static void planLink(Plan plan) {
    if (Inode.BYTES + plan.xattrs.length + plan.size <= Blocks.BYTES) {
      plan.inline = true;
      plan.layout = Inode.EROFS_INODE_FLAT_INLINE;
    } else {
      plan.dataBlocks = Blocks.count(plan.size);
    }
  }
}
