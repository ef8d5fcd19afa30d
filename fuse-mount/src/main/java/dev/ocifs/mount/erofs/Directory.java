package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a directory: {@code struct erofs_dirent}s, then the names they point to, in the
 * order of the names' unsigned bytes through all blocks, "." and ".." among them. Reused for all
 * directories of an image; not thread-safe.
 */
final class Directory {
  static final int DIRENT_BYTES = 12;
  static final int NID = 0;
  static final int NAMEOFF = 8;
  static final int FILE_TYPE = 10;

  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  /** Where the blocks go, when somebody wants them. */
  @FunctionalInterface
  interface BlockSink {
    void block(byte[] block) throws IOException;
  }

  private final ImageView view;
  private final NidTable nids;
  private final byte[] block = new byte[Blocks.BYTES];
  private final ByteBuffer fields = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);

  /** The names of the block that is being filled, one after the other. */
  private final byte[] names = new byte[Blocks.BYTES];

  private final int[] lengths = new int[Blocks.BYTES / DIRENT_BYTES];
  private final long[] inodes = new long[lengths.length];
  private final int[] types = new int[lengths.length];
  private int count;
  private int nameBytes;
  private long blocks;

  Directory(ImageView view, NidTable nids) {
    this.view = view;
    this.nids = nids;
  }

  /**
   * Goes through a directory.
   *
   * @param sink takes the blocks, each valid during the call only
   * @return the size of the directory: all blocks, of the last what is used
   */
  long encode(long directory, BlockSink sink) throws IOException {
    count = 0;
    nameBytes = 0;
    blocks = 0;
    Merge merge = new Merge(directory, sink);
    view.list(directory, 0, merge);
    merge.finish();
    int used = count * DIRENT_BYTES + nameBytes;
    emit(sink);
    return (blocks - 1) * Blocks.BYTES + used;
  }

  /** Puts the two names into the list that a view does not have them in. */
  private final class Merge implements ImageView.DirectoryVisitor {
    private final long directory;
    private final BlockSink sink;
    private int dots;
    private @Nullable IOException failure;

    Merge(long directory, BlockSink sink) {
      this.directory = directory;
      this.sink = sink;
    }

    @Override
    public boolean entry(byte[] name, int length, long inode, int type, long nextOffset) {
      try {
        if (dots < 1 && compare(name, length, SELF) > 0) {
          addDot();
        }
        if (dots == 1 && compare(name, length, PARENT) > 0) {
          addDot();
        }
        add(name, length, inode, type, sink);
        return true;
      } catch (IOException e) {
        failure = e;
        return false;
      }
    }

    private void addDot() throws IOException {
      if (dots++ == 0) {
        add(SELF, SELF.length, directory, Attributes.S_IFDIR, sink);
      } else {
        add(PARENT, PARENT.length, view.parent(directory), Attributes.S_IFDIR, sink);
      }
    }

    void finish() throws IOException {
      if (failure != null) {
        throw failure;
      }
      while (dots < 2) {
        addDot();
      }
    }
  }

  private static int compare(byte[] name, int length, byte[] other) {
    return Arrays.compareUnsigned(name, 0, length, other, 0, other.length);
  }

  private void add(byte[] name, int length, long inode, int type, BlockSink sink)
      throws IOException {
    if ((count + 1) * DIRENT_BYTES + nameBytes + length > Blocks.BYTES) {
      emit(sink);
    }
    System.arraycopy(name, 0, names, nameBytes, length);
    nameBytes += length;
    lengths[count] = length;
    inodes[count] = inode;
    types[count] = type;
    count++;
  }

  private void emit(BlockSink sink) throws IOException {
    int nameAt = count * DIRENT_BYTES;
    System.arraycopy(names, 0, block, nameAt, nameBytes);
    Arrays.fill(block, nameAt + nameBytes, block.length, (byte) 0);
    for (int i = 0; i < count; i++) {
      int at = i * DIRENT_BYTES;
      fields.putLong(at + NID, nids.of(inodes[i]));
      fields.putShort(at + NAMEOFF, (short) nameAt);
      fields.putShort(at + FILE_TYPE, (short) fileType(types[i]));
      nameAt += lengths[i];
    }
    sink.block(block);
    blocks++;
    count = 0;
    nameBytes = 0;
  }

  /** The kernel's FT_ numbers, include/linux/fs_types.h. */
  static int fileType(int type) {
    return switch (type) {
      case Attributes.S_IFREG -> 1;
      case Attributes.S_IFDIR -> 2;
      case Attributes.S_IFCHR -> 3;
      case Attributes.S_IFBLK -> 4;
      case Attributes.S_IFIFO -> 5;
      case Attributes.S_IFLNK -> 7;
      default -> 0;
    };
  }
}
