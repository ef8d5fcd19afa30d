package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Undoes a mount of ocifs, one of this process, of another, or one that a dead process left. */
public final class Unmounter {
  private Unmounter() {}

  /**
   * Unmounts, as root by itself, else by fusermount.
   *
   * @param lazy take the mount off the directory even when programs use it
   * @throws OcifsException of the kind MOUNT, which says why and who uses the mount
   */
  public static void unmount(Path dir, boolean lazy) throws OcifsException {
    MountTable.Entry entry = entry(dir);
    if (!entry.isOcifs()) {
      throw new OcifsException(
              Kind.MOUNT, "at " + dir + " is a mount of " + entry.source() + ", not of ocifs")
          .hint("undo it with: umount " + dir);
    }
    if (Libc.isRoot()) {
      int errno = Libc.umount2(entry.dir(), lazy ? Libc.MNT_DETACH : 0);
      if (errno == Errno.EBUSY) {
        throw busy(entry.dir());
      }
      if (errno != 0) {
        throw new OcifsException(Kind.MOUNT, "cannot unmount " + dir + ": errno " + errno)
            .hint(
                errno == Errno.EPERM
                    ? "this needs the capability CAP_SYS_ADMIN"
                    : "try again, then: umount -l " + dir);
      }
    } else {
      byFusermount(entry.dir(), lazy);
    }
  }

  /**
   * Takes a mount of this user off its directory whatever uses it. When root does so, programs that
   * use its files get errors from then on.
   */
  static void cut(Path dir) throws OcifsException {
    if (!Libc.isRoot()) {
      unmount(dir, true);
      return;
    }
    int errno = Libc.umount2(entry(dir).dir(), Libc.MNT_FORCE | Libc.MNT_DETACH);
    if (errno != 0) {
      throw new OcifsException(Kind.MOUNT, "cannot unmount " + dir + ": errno " + errno);
    }
  }

  private static MountTable.Entry entry(Path dir) throws OcifsException {
    try {
      Optional<MountTable.Entry> entry = MountTable.at(dir);
      if (entry.isPresent()) {
        return entry.get();
      }
    } catch (IOException e) {
      throw new OcifsException(Kind.IO, "cannot read the mount table", e);
    }
    throw new OcifsException(Kind.MOUNT, "nothing is mounted at " + dir)
        .hint("list the mounts with: findmnt -t " + MountTable.TYPE);
  }

  private static void byFusermount(Path dir, boolean lazy) throws OcifsException {
    Path tool = Fusermount.find(System.getenv("PATH")).orElseThrow(Fusermount::missing);
    List<String> command = new ArrayList<>(List.of(tool.toString(), "-u"));
    if (lazy) {
      command.add("-z");
    }
    command.addAll(List.of("--", dir.toString()));
    int code;
    String words;
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      code = process.waitFor();
    } catch (IOException e) {
      throw new OcifsException(Kind.MOUNT, "cannot run " + tool, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OcifsException(Kind.MOUNT, "interrupted while unmounting " + dir, e);
    }
    if (code != 0) {
      if (words.contains("busy")) {
        throw busy(dir);
      }
      throw new OcifsException(Kind.MOUNT, "cannot unmount " + dir + ": " + words)
          .hint("only the user who mounted it, or root, can unmount it");
    }
  }

  private static OcifsException busy(Path dir) {
    List<String> users = MountUsers.of(dir);
    return new OcifsException(
            Kind.MOUNT,
            dir + " is busy" + (users.isEmpty() ? "" : ": used by " + String.join(", ", users)))
        .hint("end those programs, or take it away at once with: ocifs umount --lazy " + dir);
  }
}
