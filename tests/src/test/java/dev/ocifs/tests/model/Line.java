package dev.ocifs.tests.model;

import static dev.ocifs.tests.image.Entry.printable;

import java.util.SortedMap;

/**
 * What can be seen of one path.
 *
 * @param type f d l c b p
 * @param mode permission bits
 * @param size of a file, or of a symbolic link's target; else 0
 * @param sha256 of a file's content, in hex; else empty
 * @param link a symbolic link's target; else empty
 * @param device {@code major:minor}; else empty
 * @param nlink for a directory 2 and its subdirectories
 * @param group the first of the paths that name the same inode; empty when it has one name
 * @param xattrs values in hex
 */
public record Line(
    char type,
    int mode,
    long uid,
    long gid,
    long mtimeSeconds,
    int mtimeNanos,
    long size,
    String sha256,
    String link,
    String device,
    int nlink,
    String group,
    SortedMap<String, String> xattrs) {

  @Override
  public String toString() {
    return String.format(
        "%c %04o %d:%d mtime %d.%09d size %d %s%s%s nlink %d%s%s",
        type,
        mode,
        uid,
        gid,
        mtimeSeconds,
        mtimeNanos,
        size,
        sha256.isEmpty() ? "" : sha256.substring(0, 12),
        link.isEmpty() ? "" : "-> " + printable(link),
        device,
        nlink,
        group.isEmpty() ? "" : " same as " + printable(group),
        xattrs.isEmpty() ? "" : " " + printable(xattrs.toString()));
  }
}
