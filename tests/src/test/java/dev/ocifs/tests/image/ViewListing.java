package dev.ocifs.tests.image;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a view shows, as text by path: two views are the same when their listings are. Names are
 * shown one byte a character.
 */
public final class ViewListing {
  private final ImageView view;
  private final Map<String, String> lines = new TreeMap<>();
  private final Map<Long, Integer> groups = new HashMap<>();

  private ViewListing(ImageView view) {
    this.view = view;
  }

  public static Map<String, String> of(ImageView view) throws IOException {
    ViewListing listing = new ViewListing(view);
    listing.add("", ImageView.ROOT);
    return listing.lines;
  }

  private void add(String path, long inode) throws IOException {
    Attributes a = new Attributes();
    view.attributes(inode, a);
    StringBuilder line = new StringBuilder();
    line.append(Integer.toOctalString(a.mode));
    line.append(' ').append(Integer.toUnsignedString(a.uid));
    line.append(':').append(Integer.toUnsignedString(a.gid));
    line.append(' ').append(a.mtimeSeconds).append('.').append(a.mtimeNanos);
    if (a.isRegular()) {
      line.append(' ').append(a.size).append(' ').append(sha256(inode, a.size).hex(), 0, 16);
    } else if (a.isSymlink()) {
      line.append(" -> ").append(text(view.readlink(inode)));
    } else if (!a.isDirectory()) {
      line.append(' ').append(a.major).append(':').append(a.minor);
    }
    if (!a.isDirectory() && a.nlink > 1) {
      int group = groups.computeIfAbsent(inode, i -> groups.size() + 1);
      line.append(" links=").append(a.nlink).append('#').append(group);
    }
    for (byte[] name : view.xattrNames(inode)) {
      byte[] value = view.xattr(inode, name);
      line.append(' ').append(text(name)).append('=').append(HexFormat.of().formatHex(value));
    }
    lines.put(path, line.toString());
    if (a.isDirectory()) {
      Map<String, Long> children = new TreeMap<>();
      view.list(
          inode,
          0,
          (name, length, child, type, next) -> {
            children.put(new String(name, 0, length, StandardCharsets.ISO_8859_1), child);
            return true;
          });
      for (Map.Entry<String, Long> child : children.entrySet()) {
        add(path.isEmpty() ? child.getKey() : path + "/" + child.getKey(), child.getValue());
      }
    }
  }

  private Digest sha256(long inode, long size) throws IOException {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    byte[] buffer = new byte[100_000];
    long pos = 0;
    int n;
    while ((n = view.read(inode, pos, MemorySegment.ofArray(buffer))) > 0) {
      hasher.update(buffer, 0, n);
      pos += n;
    }
    if (pos != size) {
      throw new AssertionError("inode " + inode + " has " + pos + " bytes, not " + size);
    }
    return hasher.digest();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
