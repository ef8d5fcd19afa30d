package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.ByteText.text;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.tests.model.Line;
import dev.ocifs.tests.model.LineBuilder;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Lists a view, and checks on the way that it agrees with itself: lookup finds what list shows,
 * types are those of the attributes, parents lead back. Not thread-safe.
 */
public final class ViewLister {
  private static final int READ_BYTES = 10_000;

  private final ImageView view;
  private final Map<String, Line> lines = new TreeMap<>();

  private ViewLister(ImageView view) {
    this.view = view;
  }

  public static TreeListing list(ImageView view) throws IOException {
    ViewLister lister = new ViewLister(view);
    lister.add(".", ImageView.ROOT, Attributes.S_IFDIR);
    return new TreeListing(lister.lines);
  }

  private void add(String path, long inode, int type) throws IOException {
    Attributes a = new Attributes();
    view.attributes(inode, a);
    require(a.inode == inode && a.type() == type, path);
    LineBuilder line =
        new LineBuilder(letter(type))
            .mode(a.mode & 07777)
            .owner(Integer.toUnsignedLong(a.uid), Integer.toUnsignedLong(a.gid))
            .mtime(a.mtimeSeconds, a.mtimeNanos)
            .nlink(a.nlink)
            .group(type != Attributes.S_IFDIR && a.nlink > 1 ? String.valueOf(inode) : "");
    for (byte[] name : view.xattrNames(inode)) {
      line.xattr(text(name), Objects.requireNonNull(view.xattr(inode, name)));
    }
    switch (type) {
      case Attributes.S_IFREG -> content(line, inode, a.size);
      case Attributes.S_IFLNK -> line.link(text(view.readlink(inode)));
      case Attributes.S_IFCHR, Attributes.S_IFBLK -> line.device(a.major, a.minor);
      default -> {}
    }
    lines.put(path, line.build());
    if (type == Attributes.S_IFDIR) {
      children(path, inode);
    }
  }

  private record Child(String name, long inode, int type) {}

  private void children(String path, long directory) throws IOException {
    List<Child> children = new ArrayList<>();
    view.list(
        directory,
        0,
        (name, length, inode, type, next) ->
            children.add(new Child(text(name).substring(0, length), inode, type)));
    for (Child child : children) {
      require(view.lookup(directory, bytes(child.name)) == child.inode, child.name);
      require(
          child.type != Attributes.S_IFDIR || view.parent(child.inode) == directory, child.name);
      add(path.equals(".") ? child.name : path + "/" + child.name, child.inode, child.type);
    }
  }

  private void content(LineBuilder line, long inode, long size) throws IOException {
    MessageDigest digest = TreeListing.newSha256();
    byte[] buffer = new byte[READ_BYTES];
    long pos = 0;
    for (int n; (n = view.read(inode, pos, MemorySegment.ofArray(buffer))) > 0; pos += n) {
      digest.update(buffer, 0, n);
    }
    require(pos == size, "size " + size + " read " + pos);
    line.content(size, digest.digest());
  }

  private static char letter(int type) {
    return switch (type) {
      case Attributes.S_IFREG -> 'f';
      case Attributes.S_IFDIR -> 'd';
      case Attributes.S_IFLNK -> 'l';
      case Attributes.S_IFCHR -> 'c';
      case Attributes.S_IFBLK -> 'b';
      case Attributes.S_IFIFO -> 'p';
      default -> throw new AssertionError("type " + type);
    };
  }

  private static void require(boolean holds, String where) {
    if (!holds) {
      throw new AssertionError("the view contradicts itself at " + where);
    }
  }
}
