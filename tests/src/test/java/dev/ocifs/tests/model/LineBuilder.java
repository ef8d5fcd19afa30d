package dev.ocifs.tests.model;

import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** Describes a line. Not thread-safe. */
public final class LineBuilder {
  private final char type;
  private int mode;
  private long uid;
  private long gid;
  private long mtimeSeconds;
  private int mtimeNanos;
  private long size;
  private String sha256 = "";
  private String link = "";
  private String device = "";
  private int nlink = 1;
  private String group = "";
  private final SortedMap<String, String> xattrs = new TreeMap<>();

  public LineBuilder(char type) {
    this.type = type;
  }

  /** All that the line says, to be changed. */
  public LineBuilder(Line line) {
    this(line.type());
    mode(line.mode()).owner(line.uid(), line.gid()).mtime(line.mtimeSeconds(), line.mtimeNanos());
    nlink(line.nlink()).group(line.group());
    size = line.size();
    sha256 = line.sha256();
    link = line.link();
    device = line.device();
    xattrs.putAll(line.xattrs());
  }

  public LineBuilder mode(int value) {
    mode = value;
    return this;
  }

  public LineBuilder owner(long newUid, long newGid) {
    uid = newUid;
    gid = newGid;
    return this;
  }

  public LineBuilder mtime(long seconds, int nanos) {
    mtimeSeconds = seconds;
    mtimeNanos = nanos;
    return this;
  }

  public LineBuilder content(byte[] content) {
    return content(content.length, TreeListing.newSha256().digest(content));
  }

  public LineBuilder content(long newSize, byte[] digest) {
    size = newSize;
    sha256 = HexFormat.of().formatHex(digest);
    return this;
  }

  public LineBuilder link(String target) {
    link = target;
    size = target.length();
    return this;
  }

  public LineBuilder device(int major, int minor) {
    device = major + ":" + minor;
    return this;
  }

  public LineBuilder nlink(int value) {
    nlink = value;
    return this;
  }

  public LineBuilder group(String firstPath) {
    group = firstPath;
    return this;
  }

  public LineBuilder xattr(String name, byte[] value) {
    xattrs.put(name, HexFormat.of().formatHex(value));
    return this;
  }

  public LineBuilder withoutXattrs() {
    xattrs.clear();
    return this;
  }

  public Line build() {
    return new Line(
        type,
        mode,
        uid,
        gid,
        mtimeSeconds,
        mtimeNanos,
        size,
        sha256,
        link,
        device,
        nlink,
        group,
        Collections.unmodifiableSortedMap(new TreeMap<>(xattrs)));
  }
}
