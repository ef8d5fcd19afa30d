package dev.ocifs.mount;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An image tree in memory, written by hand; names are ISO-8859-1 strings, one char a byte. */
public class FakeImageView implements ImageView {
  /** What a file holds: fills the segment with the bytes from a position within the file. */
  @FunctionalInterface
  public interface Content {
    void read(long pos, MemorySegment dst) throws IOException;
  }

  /** One inode; directories hold their names. */
  public static final class Node {
    public final long inode;
    final long parent;
    public final int mode;
    int nlink = 1;
    int uid;
    int gid;
    int major;
    int minor;
    long seconds = 1_700_000_000L;
    int nanos;
    long size;
    Content content = (pos, dst) -> {};
    byte[] target = {};

    /** The one run of data of a sparse file; all, when the end is 0. */
    private long dataStart;

    private long dataEnd;
    final TreeMap<String, Node> names = new TreeMap<>();
    final TreeMap<String, byte[]> xattrs = new TreeMap<>();

    Node(long inode, long parent, int mode) {
      this.inode = inode;
      this.parent = parent;
      this.mode = mode;
    }

    public Node owner(int newUid, int newGid) {
      uid = newUid;
      gid = newGid;
      return this;
    }

    public Node time(long newSeconds, int newNanos) {
      seconds = newSeconds;
      nanos = newNanos;
      return this;
    }

    /** Makes it sparse: it has data in one place only. */
    public Node data(long start, long end) {
      dataStart = start;
      dataEnd = end;
      return this;
    }

    public Node device(int newMajor, int newMinor) {
      major = newMajor;
      minor = newMinor;
      return this;
    }

    public Node xattr(String name, byte[] value) {
      xattrs.put(name, value);
      return this;
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  public final Node root;

  public FakeImageView() {
    root = new Node(ROOT, ROOT, Attributes.S_IFDIR | 0755);
    root.nlink = 2;
    nodes.add(root);
  }

  public Node dir(Node parent, String name, int permissions) {
    Node node = add(parent, name, Attributes.S_IFDIR | permissions);
    node.nlink = 2;
    parent.nlink++;
    return node;
  }

  public Node file(Node parent, String name, int permissions, byte[] content) {
    Node node = add(parent, name, Attributes.S_IFREG | permissions);
    return fill(
        node,
        content.length,
        (pos, dst) ->
            MemorySegment.copy(
                content, (int) pos, dst, ValueLayout.JAVA_BYTE, 0, (int) dst.byteSize()));
  }

  /** A file of any size, made up while it is read. */
  public Node file(Node parent, String name, int permissions, long size, Content content) {
    return fill(add(parent, name, Attributes.S_IFREG | permissions), size, content);
  }

  private static Node fill(Node node, long size, Content content) {
    node.size = size;
    node.content = content;
    return node;
  }

  public Node symlink(Node parent, String name, String target) {
    Node node = add(parent, name, Attributes.S_IFLNK | 0777);
    node.target = target.getBytes(StandardCharsets.ISO_8859_1);
    node.size = node.target.length;
    return node;
  }

  public void link(Node parent, String name, Node node) {
    parent.names.put(name, node);
    node.nlink++;
  }

  public Node add(Node parent, String name, int mode) {
    Node node = new Node(nodes.size() + 1L, parent.inode, mode);
    nodes.add(node);
    parent.names.put(name, node);
    return node;
  }

  public Node node(long inode) {
    return nodes.get((int) inode - 1);
  }

  @Override
  public long inodeCount() {
    return nodes.size();
  }

  @Override
  public long contentBytes() {
    return nodes.stream()
        .filter(n -> (n.mode & Attributes.S_IFMT) == Attributes.S_IFREG)
        .mapToLong(n -> n.size)
        .sum();
  }

  @Override
  public long lookup(long directory, byte[] name) throws IOException {
    Node found = node(directory).names.get(new String(name, StandardCharsets.ISO_8859_1));
    return found == null ? 0 : found.inode;
  }

  @Override
  public void attributes(long inode, Attributes dst) throws IOException {
    Node n = node(inode);
    dst.inode = inode;
    dst.mode = n.mode;
    dst.nlink = n.nlink;
    dst.uid = n.uid;
    dst.gid = n.gid;
    dst.size = n.size;
    dst.holeBytes = n.dataEnd == 0 ? 0 : n.size - (n.dataEnd - n.dataStart);
    dst.mtimeSeconds = n.seconds;
    dst.mtimeNanos = n.nanos;
    dst.major = n.major;
    dst.minor = n.minor;
  }

  @Override
  public long parent(long directory) {
    return node(directory).parent;
  }

  @Override
  public void list(long directory, long offset, DirectoryVisitor visitor) {
    List<String> names = List.copyOf(node(directory).names.keySet());
    for (int i = (int) offset; i < names.size(); i++) {
      byte[] name = Arrays.copyOf(names.get(i).getBytes(StandardCharsets.ISO_8859_1), 300);
      Node child = node(directory).names.get(names.get(i));
      if (child == null
          || !visitor.entry(
              name, names.get(i).length(), child.inode, child.mode & Attributes.S_IFMT, i + 1L)) {
        return;
      }
    }
  }

  @Override
  public byte[] readlink(long inode) {
    return node(inode).target;
  }

  @Override
  public List<byte[]> xattrNames(long inode) {
    return node(inode).xattrs.keySet().stream()
        .map(n -> n.getBytes(StandardCharsets.ISO_8859_1))
        .toList();
  }

  @Override
  public byte @Nullable [] xattr(long inode, byte[] name) {
    return node(inode).xattrs.get(new String(name, StandardCharsets.ISO_8859_1));
  }

  @Override
  public int read(long inode, long pos, MemorySegment dst) throws IOException {
    Node node = node(inode);
    int length = (int) Math.max(0, Math.min(dst.byteSize(), node.size - pos));
    if (length > 0) {
      node.content.read(pos, dst.asSlice(0, length));
    }
    return length;
  }

  @Override
  public long nextData(long inode, long pos) {
    Node node = node(inode);
    return node.dataEnd == 0 ? pos : pos < node.dataEnd ? Math.max(pos, node.dataStart) : -1;
  }

  @Override
  public long nextHole(long inode, long pos) {
    Node node = node(inode);
    boolean inData = node.dataEnd == 0 || (pos >= node.dataStart && pos < node.dataEnd);
    return !inData ? pos : node.dataEnd == 0 ? Long.MAX_VALUE : node.dataEnd;
  }

  @Override
  public void close() {}
}
