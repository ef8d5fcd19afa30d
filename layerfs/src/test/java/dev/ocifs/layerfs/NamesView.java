package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A view of names, types and link targets alone, made by hand. */
final class NamesView implements ImageView {
  private record Node(long parent, int type, String target) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Long> inodes = new HashMap<>();

  NamesView() {
    inodes.put("", ROOT);
    nodes.add(new Node(ROOT, Attributes.S_IFDIR, ""));
  }

  NamesView directory(String path) {
    return add(path, Attributes.S_IFDIR, "");
  }

  NamesView file(String path) {
    return add(path, Attributes.S_IFREG, "");
  }

  NamesView link(String path, String target) {
    return add(path, Attributes.S_IFLNK, target);
  }

  /** The inode that was added under this path. */
  long inode(String path) {
    return java.util.Objects.requireNonNull(inodes.get(path), path);
  }

  private NamesView add(String path, int type, String target) {
    long parent = inode(path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "");
    nodes.add(new Node(parent, type, target));
    inodes.put(path, (long) nodes.size());
    return this;
  }

  private Node node(long inode) {
    return nodes.get((int) inode - 1);
  }

  @Override
  public long inodeCount() {
    return nodes.size();
  }

  @Override
  public long contentBytes() {
    return 0;
  }

  @Override
  public long lookup(long directory, byte[] name) {
    String wanted = new String(name, StandardCharsets.UTF_8);
    for (Map.Entry<String, Long> entry : inodes.entrySet()) {
      String path = entry.getKey();
      if (path.substring(path.lastIndexOf('/') + 1).equals(wanted)
          && node(entry.getValue()).parent() == directory) {
        return entry.getValue();
      }
    }
    return 0;
  }

  @Override
  public void attributes(long inode, Attributes dst) {
    dst.inode = inode;
    dst.mode = node(inode).type() | 0755;
  }

  @Override
  public long parent(long directory) {
    return node(directory).parent();
  }

  @Override
  public byte[] readlink(long inode) {
    return node(inode).target().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void list(long directory, long offset, DirectoryVisitor visitor) {
    throw new UnsupportedOperationException("names are looked up only");
  }

  @Override
  public List<byte[]> xattrNames(long inode) {
    return List.of();
  }

  @Override
  public byte[] xattr(long inode, byte[] name) {
    throw new UnsupportedOperationException("no attributes here");
  }

  @Override
  public int read(long inode, long pos, MemorySegment dst) {
    throw new UnsupportedOperationException("no content here");
  }

  @Override
  public void close() {}
}
