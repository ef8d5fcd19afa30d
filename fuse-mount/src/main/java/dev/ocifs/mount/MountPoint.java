package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** What a directory must be like before something is mounted there. */
public final class MountPoint {
  private static final String DEAD = "Transport endpoint is not connected";

  private MountPoint() {}

  /**
   * Checks a directory.
   *
   * @throws OcifsException {@code NOT_FOUND} or {@code MOUNT}, each obstacle with its own message
   */
  public static void check(Path dir) throws IOException {
    Optional<MountTable.Entry> mounted = MountTable.read().at(dir);
    if (isDead(dir)) {
      throw refused(dir, "is the mount point of a server that has ended without unmounting")
          .hint("clear it with: ocifs umount " + dir);
    }
    if (mounted.isPresent()) {
      MountTable.Entry entry = mounted.get();
      throw refused(
              dir, "is a mount point already, of " + entry.source() + " (" + entry.type() + ")")
          .hint("unmount it first, or choose another directory");
    }
    checkDirectory(dir);
  }

  /** Whether the server of the mount at this directory has ended. */
  static boolean isDead(Path dir) throws IOException {
    try {
      Files.readAttributes(dir, BasicFileAttributes.class);
      return false;
    } catch (FileSystemException e) {
      return DEAD.equals(e.getReason());
    }
  }

  private static void checkDirectory(Path dir) throws IOException {
    try {
      if (!Files.readAttributes(dir, BasicFileAttributes.class).isDirectory()) {
        throw refused(dir, "is not a directory").hint("make one with: mkdir DIR");
      }
      try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
        if (files.iterator().hasNext()) {
          throw refused(dir, "is not empty").hint("choose an empty directory");
        }
      }
    } catch (NoSuchFileException e) {
      boolean dangling = Files.exists(dir, LinkOption.NOFOLLOW_LINKS);
      throw new OcifsException(
              OcifsException.Kind.NOT_FOUND,
              dangling
                  ? "the mount point " + dir + " is a symbolic link to nothing"
                  : "the mount point " + dir + " does not exist")
          .hint("make it with: mkdir -p " + dir);
    } catch (AccessDeniedException e) {
      throw refused(dir, "cannot be read: permission denied")
          .hint("choose a directory of your own");
    }
  }

  private static OcifsException refused(Path dir, String why) {
    return new OcifsException(OcifsException.Kind.MOUNT, "the mount point " + dir + " " + why);
  }
}
