package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.format.SectionedFile;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A merged tree, mapped: metadata of all files, and where the content of each lies.
 *
 * <p>An inode is a record of 64 bytes found by its number, the names of a directory are a sorted
 * run found by binary search; nothing of the tree lies on the heap. Safe for any number of threads;
 * closing it unmaps it, later calls fail with {@link IllegalStateException}. FORMAT.md has the
 * grammar.
 */
public final class ImageTree implements Closeable {
  private static final int MAX_NAME_BYTES = 255;
  private static final ThreadLocal<NameBuffer> NAMES = ThreadLocal.withInitial(NameBuffer::new);
  private static final byte[] SELINUX = "security.selinux".getBytes(StandardCharsets.US_ASCII);

  private final SectionedFile file;
  private final long inodesAt;
  private final long inodeCount;
  private final long direntsAt;
  private final long direntCount;
  private final long stringsAt;
  private final long blobsAt;
  private final long factsAt;

  private ImageTree(SectionedFile file) throws OcifsException {
    this.file = file;
    SectionedFile.Piece inodes = file.section(TreeFormat.INODES);
    inodesAt = inodes.offset();
    inodeCount = inodes.length() / TreeFormat.INODE_BYTES;
    SectionedFile.Piece dirents = file.section(TreeFormat.DIRENTS);
    direntsAt = dirents.offset();
    direntCount = dirents.length() / TreeFormat.DIRENT_BYTES;
    stringsAt = file.section(TreeFormat.STRINGS).offset();
    blobsAt = file.section(TreeFormat.BLOBS).offset();
    factsAt = file.section(TreeFormat.FACTS).offset();
    if (inodeCount == 0) {
      throw file.damaged("it has no root");
    }
  }

  /**
   * Maps an image tree.
   *
   * @throws java.nio.file.NoSuchFileException when there is none
   * @throws OcifsException {@code STORE} when it is too new, too old or damaged
   */
  public static ImageTree open(Path path) throws IOException {
    SectionedFile file = SectionedFile.open(path, TreeFormat.FORMAT);
    ImageTree tree = null;
    try {
      tree = new ImageTree(file);
      return tree;
    } finally {
      if (tree == null) {
        file.close();
      }
    }
  }

  /** The size of the file in bytes. */
  public long bytes() {
    return file.size();
  }

  public long inodeCount() {
    return inodeCount;
  }

  /** The sum of the sizes of all regular files, {@link Long#MAX_VALUE} when it is more. */
  public long contentBytes() throws OcifsException {
    return file.getLong(factsAt);
  }

  /** The chain ID of the stack of layers. */
  public Digest chainId() throws OcifsException {
    return names(0).getFirst();
  }

  /** The diffIDs of the layers, base first. */
  public List<Digest> diffIds() throws OcifsException {
    List<Digest> names = names(file.getInt(factsAt + 12));
    return names.subList(1, names.size());
  }

  /** The chain ID and {@code count} diffIDs. */
  private List<Digest> names(int count) throws OcifsException {
    List<Digest> names = new ArrayList<>();
    long at = factsAt + 16;
    for (int i = -1; i < count; i++) {
      int length = file.getInt(at);
      if (length < 0 || length > 512) {
        throw file.damaged("a digest of " + length + " bytes");
      }
      byte[] text = new byte[length];
      file.get(at + 4, text, 0, length);
      names.add(Digest.parse(new String(text, StandardCharsets.US_ASCII)));
      at += 4 + (length + 3 & ~3);
    }
    return names;
  }

  /** Compares all checksums now. */
  void checkBytes() throws OcifsException {
    file.checkAll();
  }

  /** The error that says that this tree is damaged. */
  OcifsException damaged(String how) {
    return file.damaged(how);
  }

  /** See {@link ImageView#lookup}. */
  public long lookup(long directory, byte[] name) throws OcifsException {
    long record = record(directory);
    if (type(record) != Attributes.S_IFDIR) {
      return 0;
    }
    long data = file.getLong(record + TreeFormat.DATA);
    int low = 0;
    int high = (int) (data >>> 32) - 1;
    long first = data & 0xffff_ffffL;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long dirent = dirent(first + middle);
      long string = string(file.getInt(dirent));
      int order = file.compare(string + Integer.BYTES, file.getInt(string), name);
      if (order == 0) {
        return Integer.toUnsignedLong(file.getInt(dirent + Integer.BYTES));
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return 0;
  }

  /** See {@link ImageView#attributes}. */
  public void attributes(long inode, Attributes dst) throws OcifsException {
    long record = record(inode);
    dst.inode = inode;
    dst.mode = file.getInt(record + TreeFormat.MODE);
    dst.nlink = file.getInt(record + TreeFormat.NLINK);
    dst.uid = file.getInt(record + TreeFormat.UID);
    dst.gid = file.getInt(record + TreeFormat.GID);
    dst.mtimeSeconds = file.getLong(record + TreeFormat.SECONDS);
    dst.mtimeNanos = file.getInt(record + TreeFormat.NANOS);
    dst.size = file.getLong(record + TreeFormat.SIZE);
    dst.holeBytes = file.getLong(record + TreeFormat.HOLES);
    int type = dst.type();
    boolean device = type == Attributes.S_IFCHR || type == Attributes.S_IFBLK;
    long numbers = device ? file.getLong(record + TreeFormat.DATA) : 0;
    dst.major = (int) (numbers >>> 32);
    dst.minor = (int) numbers;
  }

  /** See {@link ImageView#parent}. */
  public long parent(long directory) throws OcifsException {
    long record = record(directory);
    if (type(record) != Attributes.S_IFDIR) {
      throw new IllegalArgumentException("inode " + directory + " is not a directory");
    }
    return Integer.toUnsignedLong(file.getInt(record + TreeFormat.HOME));
  }

  /** See {@link ImageView#list}; the offset is the place in the sorted directory. */
  public void list(long directory, long offset, ImageView.DirectoryVisitor visitor)
      throws OcifsException {
    long record = record(directory);
    if (type(record) != Attributes.S_IFDIR) {
      throw new IllegalArgumentException("inode " + directory + " is not a directory");
    }
    long data = file.getLong(record + TreeFormat.DATA);
    long count = data >>> 32;
    long first = data & 0xffff_ffffL;
    byte[] name = NAMES.get().take();
    try {
      for (long i = Math.max(0, offset); i < count; i++) {
        long dirent = dirent(first + i);
        int length = stringInto(file.getInt(dirent), name);
        long inode = Integer.toUnsignedLong(file.getInt(dirent + Integer.BYTES));
        if (!visitor.entry(name, length, inode, type(record(inode)), i + 1)) {
          return;
        }
      }
    } finally {
      NAMES.get().give(name);
    }
  }

  /** The name that a listing shows, kept from one listing of a thread to its next. */
  private static final class NameBuffer {
    private byte @Nullable [] idle;

    /** A new one where a visitor lists another directory: it still looks at the name it got. */
    byte[] take() {
      byte[] taken = idle;
      idle = null;
      return taken != null ? taken : new byte[MAX_NAME_BYTES];
    }

    void give(byte[] name) {
      idle = name;
    }
  }

  /** See {@link ImageView#readlink}. */
  public byte[] readlink(long inode) throws OcifsException {
    long record = record(inode);
    if (type(record) != Attributes.S_IFLNK) {
      throw new IllegalArgumentException("inode " + inode + " is not a symbolic link");
    }
    long string = string((int) file.getLong(record + TreeFormat.DATA));
    return bytes(string + Integer.BYTES, file.getInt(string));
  }

  /** See {@link ImageView#xattrNames}. */
  public List<byte[]> xattrNames(long inode) throws OcifsException {
    List<byte[]> names = new ArrayList<>();
    XattrWalk walk = new XattrWalk(inode);
    while (walk.next()) {
      if (file.compare(walk.nameAt, walk.nameLength, SELINUX) != 0) {
        names.add(bytes(walk.nameAt, walk.nameLength));
      }
    }
    return names;
  }

  /** See {@link ImageView#xattr}; security.selinux is found here, too. */
  public byte @Nullable [] xattr(long inode, byte[] name) throws OcifsException {
    XattrWalk walk = new XattrWalk(inode);
    while (walk.next()) {
      if (file.compare(walk.nameAt, walk.nameLength, name) == 0) {
        return bytes(walk.valueAt, walk.valueLength);
      }
    }
    return null;
  }

  /**
   * Where the content of a regular file lies, as a number that the methods below take: a read makes
   * no object of it.
   */
  public long content(long inode) throws OcifsException {
    long record = record(inode);
    if (type(record) != Attributes.S_IFREG) {
      throw new IllegalArgumentException("inode " + inode + " is not a regular file");
    }
    return record;
  }

  /** The layer that has the content: its ordinal, 0 at the base. */
  public int contentLayer(long content) throws OcifsException {
    return file.getInt(content + TreeFormat.HOME);
  }

  /** The position of the first stored byte in the uncompressed layer. */
  public long contentPos(long content) throws OcifsException {
    return file.getLong(content + TreeFormat.DATA);
  }

  /** The bytes of the content, holes included. */
  public long contentSize(long content) throws OcifsException {
    return file.getLong(content + TreeFormat.SIZE);
  }

  /** The map of a sparse file, for the methods below; 0 when all of the file is stored. */
  public long runs(long content) throws OcifsException {
    int reference = file.getInt(content + TreeFormat.RUNS);
    return reference == 0 ? 0 : blob(reference) + Integer.BYTES;
  }

  /**
   * The number of data runs of a sparse file. They ascend, do not overlap, and are stored one after
   * the other from {@link #contentPos}.
   */
  public int runCount(long runs) throws OcifsException {
    int count = file.getInt(runs);
    if (count < 0 || count > file.size() / 16) {
      throw file.damaged("a sparse map of " + count + " runs");
    }
    return count;
  }

  /** The map as {@link TreeFormat#packRuns} wrote it. */
  byte[] packedRuns(long runs) throws OcifsException {
    return bytes(runs, file.getInt(runs - Integer.BYTES));
  }

  /** Where a data run begins in the file. */
  public long runStart(long runs, int i) throws OcifsException {
    return file.getLong(runs + Integer.BYTES + i * 2L * Long.BYTES);
  }

  /** The bytes of a data run. */
  public long runLength(long runs, int i) throws OcifsException {
    return file.getLong(runs + Integer.BYTES + (i * 2L + 1) * Long.BYTES);
  }

  /** Steps through the extended attributes of an inode. */
  private final class XattrWalk {
    private int left;
    private long at;
    private long nameAt;
    private int nameLength;
    private long valueAt;
    private int valueLength;

    XattrWalk(long inode) throws OcifsException {
      int reference = file.getInt(record(inode) + TreeFormat.XATTRS);
      if (reference != 0) {
        at = blob(reference) + Integer.BYTES;
        left = file.getInt(at);
        at += Integer.BYTES;
      }
    }

    boolean next() throws OcifsException {
      if (left == 0) {
        return false;
      }
      left--;
      nameLength = file.getInt(at);
      valueLength = file.getInt(at + Integer.BYTES);
      nameAt = at + 2 * Integer.BYTES;
      valueAt = nameAt + nameLength;
      at = valueAt + valueLength;
      return true;
    }
  }

  private byte[] bytes(long at, int length) throws OcifsException {
    if (length < 0 || length > file.size()) {
      throw file.damaged("a string of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    file.get(at, bytes, 0, length);
    return bytes;
  }

  private int stringInto(int offset, byte[] dst) throws OcifsException {
    long at = string(offset);
    int length = file.getInt(at);
    if (length < 0 || length > dst.length) {
      throw file.damaged("a name of " + length + " bytes");
    }
    file.get(at + Integer.BYTES, dst, 0, length);
    return length;
  }

  private int type(long record) throws OcifsException {
    return file.getInt(record + TreeFormat.MODE) & Attributes.S_IFMT;
  }

  private long record(long inode) {
    if (inode < 1 || inode > inodeCount) {
      throw new IllegalArgumentException("inode " + inode + " of " + inodeCount);
    }
    return inodesAt + (inode - 1) * TreeFormat.INODE_BYTES;
  }

  private long dirent(long index) throws OcifsException {
    if (index >= direntCount) {
      throw file.damaged("directory entry " + index + " of " + direntCount);
    }
    return direntsAt + index * TreeFormat.DIRENT_BYTES;
  }

  private long string(int offset) {
    return stringsAt + Integer.toUnsignedLong(offset);
  }

  private long blob(int offset) {
    return blobsAt + Integer.toUnsignedLong(offset);
  }

  @Override
  public void close() {
    file.close();
  }
}
