package dev.ocifs.tests.conformance;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.ByteText.text;

import dev.ocifs.tests.model.Line;
import dev.ocifs.tests.model.LineBuilder;
import dev.ocifs.tests.model.TreeListing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lists a mounted directory by system calls, as the JDK's own file API cannot carry names that are
 * not UTF-8. Not thread-safe.
 */
final class MountLister implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 17;

  private final Arena arena = Arena.ofConfined();
  private final Posix posix = new Posix();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private final Map<String, Line> lines = new TreeMap<>();

  private MountLister() {}

  static TreeListing list(Path mount) throws Throwable {
    try (MountLister lister = new MountLister()) {
      lister.add(mount.toString(), ".");
      return new TreeListing(lister.lines);
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  private void add(String absolute, String path) throws Throwable {
    MemorySegment name = cString(absolute);
    Posix.Stat stat = posix.lstat(name, buffer);
    char type = letter(stat.mode());
    LineBuilder line =
        new LineBuilder(type)
            .mode(stat.mode() & 07777)
            .owner(stat.uid(), stat.gid())
            .mtime(stat.mtimeSeconds(), stat.mtimeNanos())
            .nlink(stat.nlink())
            .group(type != 'd' && stat.nlink() > 1 ? String.valueOf(stat.inode()) : "");
    xattrs(name, line);
    switch (type) {
      case 'f' -> content(name, stat.size(), line);
      case 'l' -> line.link(text(head(posix.readlink(name, buffer))));
      case 'c', 'b' -> line.device(stat.major(), stat.minor());
      default -> {}
    }
    lines.put(path, line.build());
    if (type == 'd') {
      for (String child : children(name)) {
        add(absolute + "/" + child, path.equals(".") ? child : path + "/" + child);
      }
    }
  }

  private void xattrs(MemorySegment name, LineBuilder line) throws Throwable {
    String names = text(head(posix.listxattr(name, buffer)));
    for (String key : names.split("\u0000", -1)) {
      if (key.isEmpty()) {
        continue;
      }
      long length = posix.getxattr(name, cString(key), buffer);
      // The kernel lists attributes that it then keeps to itself: user. ones of a symbolic link.
      if (length >= 0) {
        line.xattr(key, head(length));
      }
    }
  }

  private void content(MemorySegment name, long size, LineBuilder line) throws Throwable {
    var digest = TreeListing.newSha256();
    int file = posix.open(name);
    long read = 0;
    for (long n; (n = posix.read(file, buffer)) > 0; read += n) {
      digest.update(head(n));
    }
    posix.close(file);
    if (read != size) {
      throw new AssertionError("size " + size + ", read " + read);
    }
    line.content(size, digest.digest());
  }

  private List<String> children(MemorySegment name) throws Throwable {
    List<String> children = new ArrayList<>();
    MemorySegment stream = posix.opendir(name);
    for (byte[] child = posix.readdir(stream); child.length > 0; child = posix.readdir(stream)) {
      if (!text(child).equals(".") && !text(child).equals("..")) {
        children.add(text(child));
      }
    }
    posix.closedir(stream);
    Collections.sort(children);
    return children;
  }

  private MemorySegment cString(String path) {
    byte[] raw = bytes(path);
    MemorySegment segment = arena.allocate(raw.length + 1L);
    MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_BYTE, 0, raw.length);
    return segment;
  }

  /** The first bytes of the buffer. */
  private byte[] head(long length) {
    return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static char letter(int mode) {
    return switch (mode & 0xf000) {
      case 0x8000 -> 'f';
      case 0x4000 -> 'd';
      case 0xa000 -> 'l';
      case 0x2000 -> 'c';
      case 0x6000 -> 'b';
      case 0x1000 -> 'p';
      default -> throw new AssertionError("mode " + Integer.toOctalString(mode));
    };
  }
}
