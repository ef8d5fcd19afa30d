package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One entry of a layer as its author thinks of it, whatever bytes a tar needs to say it. Paths and
 * targets are byte strings ({@link ByteText}) exactly as they stand in the tar, not normalised.
 * Mutable while it is being described; never after it was handed on.
 */
public final class Entry {

  /** What an entry is, with its ustar type flag. */
  public enum Type {
    FILE('0'),
    HARD_LINK('1'),
    SYMLINK('2'),
    CHARACTER_DEVICE('3'),
    BLOCK_DEVICE('4'),
    DIRECTORY('5'),
    FIFO('6');

    final char flag;

    Type(char flag) {
      this.flag = flag;
    }
  }

  private final Type type;
  private final String path;
  private String target = "";
  private int mode;
  private long uid;
  private long gid;
  private long mtimeSeconds = 1_600_000_000;
  private int mtimeNanos;
  private int major;
  private int minor;
  private byte[] content = {};
  private long[] runs = {};
  private boolean sparse;
  private final SortedMap<String, byte[]> xattrs = new TreeMap<>();

  private Entry(Type type, String path, int mode) {
    this.type = type;
    this.path = path;
    this.mode = mode;
  }

  public static Entry file(String path, String content) {
    return file(path, bytes(content));
  }

  public static Entry file(String path, byte[] content) {
    Entry entry = new Entry(Type.FILE, path, 0644);
    entry.content = content.clone();
    return entry;
  }

  public static Entry directory(String path) {
    return new Entry(Type.DIRECTORY, path, 0755);
  }

  public static Entry symlink(String path, String target) {
    Entry entry = new Entry(Type.SYMLINK, path, 0777);
    entry.target = target;
    return entry;
  }

  public static Entry hardLink(String path, String target) {
    Entry entry = new Entry(Type.HARD_LINK, path, 0644);
    entry.target = target;
    return entry;
  }

  public static Entry characterDevice(String path, int major, int minor) {
    return new Entry(Type.CHARACTER_DEVICE, path, 0620).device(major, minor);
  }

  public static Entry blockDevice(String path, int major, int minor) {
    return new Entry(Type.BLOCK_DEVICE, path, 0660).device(major, minor);
  }

  public static Entry fifo(String path) {
    return new Entry(Type.FIFO, path, 0600);
  }

  /** An empty file {@code .wh.NAME} beside what it hides. */
  public static Entry whiteout(String path) {
    int name = path.lastIndexOf('/') + 1;
    return file(path.substring(0, name) + ".wh." + path.substring(name), "");
  }

  /** The opaque marker of a directory; "" is the root. */
  public static Entry opaque(String directory) {
    return file((directory.isEmpty() ? "" : directory + "/") + ".wh..wh..opq", "");
  }

  private Entry device(int newMajor, int newMinor) {
    major = newMajor;
    minor = newMinor;
    return this;
  }

  public Entry mode(int value) {
    mode = value;
    return this;
  }

  public Entry owner(long newUid, long newGid) {
    uid = newUid;
    gid = newGid;
    return this;
  }

  public Entry mtime(long seconds, int nanos) {
    mtimeSeconds = seconds;
    mtimeNanos = nanos;
    return this;
  }

  public Entry xattr(String name, byte[] value) {
    xattrs.put(name, value.clone());
    return this;
  }

  public Entry xattr(String name, String value) {
    return xattr(name, bytes(value));
  }

  /**
   * Makes the file sparse: only these runs of the content are stored, the rest becomes zeros.
   *
   * @param newRuns pairs of offset and length, ascending
   */
  public Entry sparse(long... newRuns) {
    byte[] stored = new byte[content.length];
    for (int i = 0; i < newRuns.length; i += 2) {
      System.arraycopy(content, (int) newRuns[i], stored, (int) newRuns[i], (int) newRuns[i + 1]);
    }
    content = stored;
    runs = newRuns.clone();
    sparse = true;
    return this;
  }

  public Type type() {
    return type;
  }

  public String path() {
    return path;
  }

  public String target() {
    return target;
  }

  public int mode() {
    return mode;
  }

  public long uid() {
    return uid;
  }

  public long gid() {
    return gid;
  }

  public long mtimeSeconds() {
    return mtimeSeconds;
  }

  public int mtimeNanos() {
    return mtimeNanos;
  }

  public int major() {
    return major;
  }

  public int minor() {
    return minor;
  }

  /** The whole content, holes as zeros. */
  public byte[] content() {
    return content.clone();
  }

  public boolean isSparse() {
    return sparse;
  }

  long[] runs() {
    return runs;
  }

  /** What is stored of the content: all, or the runs of a sparse file one after the other. */
  byte[] stored() {
    if (!sparse) {
      return content;
    }
    int length = 0;
    for (int i = 0; i < runs.length; i += 2) {
      length += (int) runs[i + 1];
    }
    byte[] stored = new byte[length];
    int at = 0;
    for (int i = 0; i < runs.length; i += 2) {
      System.arraycopy(content, (int) runs[i], stored, at, (int) runs[i + 1]);
      at += (int) runs[i + 1];
    }
    return stored;
  }

  public SortedMap<String, byte[]> xattrs() {
    return Collections.unmodifiableSortedMap(xattrs);
  }

  /** One line for messages of failed tests. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(type.name().toLowerCase(Locale.ROOT));
    line.append(' ').append(printable(path));
    if (type == Type.SYMLINK || type == Type.HARD_LINK) {
      line.append(" -> ").append(printable(target));
    }
    line.append(String.format(" %04o %d:%d", mode, uid, gid));
    if (sparse) {
      line.append(" sparse ").append(Arrays.toString(runs));
    }
    return line.toString();
  }

  /** Bytes beyond printable ASCII as {@code \xhh}. */
  public static String printable(String byteText) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < byteText.length(); i++) {
      char c = byteText.charAt(i);
      out.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
    }
    return out.toString();
  }
}
