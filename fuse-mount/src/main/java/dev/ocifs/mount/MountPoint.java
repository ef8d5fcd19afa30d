package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells before a mount whether directory and machine allow it, and if not, what would help. */
public final class MountPoint {
  private static final int CAP_SYS_ADMIN = 21;

  /**
   * What a mount needs of the machine.
   *
   * @param device the FUSE device
   * @param root whether the process acts as root
   * @param admin whether it may mount by itself
   * @param searchPath where programs are looked for
   * @param configuration what root allows other users, fuse.conf(5)
   */
  record Host(
      Path device, boolean root, boolean admin, @Nullable String searchPath, Path configuration) {

    static Host current() throws OcifsException {
      return new Host(
          Path.of("/dev/fuse"),
          Libc.isRoot(),
          mayMount(),
          System.getenv("PATH"),
          Path.of("/etc/fuse.conf"));
    }

    /** Whether the effective capabilities hold CAP_SYS_ADMIN. */
    private static boolean mayMount() throws OcifsException {
      try {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
          if (line.startsWith("CapEff:")) {
            long set = Long.parseUnsignedLong(line.substring(7).strip(), 16);
            return (set >>> CAP_SYS_ADMIN & 1) != 0;
          }
        }
        return false;
      } catch (IOException e) {
        throw new OcifsException(Kind.IO, "cannot read /proc/self/status", e);
      }
    }
  }

  private MountPoint() {}

  /**
   * Returns when an image can be mounted at the directory with the default options, as far as can
   * be told beforehand.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  public static void check(Path dir) throws OcifsException {
    check(dir, MountOptions.defaults());
  }

  /**
   * Returns when an image can be mounted so at the directory, as far as can be told beforehand.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  public static void check(Path dir, MountOptions options) throws OcifsException {
    check(dir, options, Host.current());
  }

  /**
   * Returns when something can be mounted at the directory, whatever serves it.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  public static void checkPlace(Path dir) throws OcifsException {
    checkNotMounted(dir);
    checkDirectory(dir);
  }

  static void check(Path dir, MountOptions options, Host host) throws OcifsException {
    checkPlace(dir);
    checkMachine(host);
    if (!host.root()) {
      checkOptionsOfUser(options, host);
    }
    if (!host.root() && !Files.isWritable(dir)) {
      throw refuse("no permission to write to " + dir, "choose a directory of your own");
    }
  }

  private static void checkNotMounted(Path dir) throws OcifsException {
    Optional<MountTable.Entry> entry;
    try {
      if (MountTable.deviceAt(dir).isEmpty()) {
        return;
      }
      entry = MountTable.at(dir);
    } catch (IOException e) {
      throw new OcifsException(Kind.IO, "cannot read the mount table", e);
    }
    if (entry.isEmpty()) {
      return;
    }
    MountTable.Entry mount = entry.get();
    if (mount.type().startsWith("fuse") && isDead(dir)) {
      throw refuse(
          "at " + dir + " is a dead mount of " + mount.source() + ": its process is gone",
          "clear it with: ocifs umount " + dir);
    }
    throw refuse(
        dir + " is already a mount point, of " + mount.source(),
        "choose another directory"
            + (mount.isOcifs() ? ", or unmount it first with: ocifs umount " + dir : ""));
  }

  /** A FUSE mount whose process is gone answers everything with ENOTCONN. */
  static boolean isDead(Path dir) {
    return Libc.lookup(dir.toAbsolutePath()) == Errno.ENOTCONN;
  }

  private static void checkDirectory(Path dir) throws OcifsException {
    if (!Files.exists(dir)) {
      throw refuse("no such directory: " + dir, "create it with: mkdir -p " + dir);
    }
    if (!Files.isDirectory(dir)) {
      throw refuse(dir + " is not a directory", "name an empty directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
      if (entries.iterator().hasNext()) {
        throw refuse(dir + " is not empty", "name an empty directory: a mount would hide these");
      }
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw refuse("no permission to read " + dir, "choose a directory of your own");
    }
  }

  private static void checkMachine(Host host) throws OcifsException {
    Path device = host.device();
    if (!Files.exists(device)) {
      throw refuse(
          "this machine has no " + device,
          "load it with: modprobe fuse; in a container start that with --device /dev/fuse");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      throw refuse(
          "no permission to use " + device,
          "let root allow it with: chmod 666 " + device + ", or run as root");
    }
    if (!host.root() && Fusermount.find(host.searchPath()).isEmpty()) {
      throw Fusermount.missing();
    }
    if (host.root() && !host.admin()) {
      throw refuse(
          "root lacks the capability CAP_SYS_ADMIN here, which mounting needs",
          "start the container with --cap-add SYS_ADMIN, or run on the host");
    }
  }

  /** The kernel, or fusermount, would refuse these without saying why. */
  private static void checkOptionsOfUser(MountOptions options, Host host) throws OcifsException {
    if (options.suid() || options.dev()) {
      throw refuse(
          "only root may mount so that set-ID bits or devices work",
          "leave out --suid and --dev, or run as root");
    }
    if (options.allowOther() && !usersMayAllowOther(host.configuration())) {
      throw refuse(
          "users may not let others see their mounts here",
          "leave out --allow-other, or let root add the line user_allow_other to "
              + host.configuration());
    }
  }

  private static boolean usersMayAllowOther(Path configuration) {
    try {
      return Files.readAllLines(configuration, StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> line.strip().equals("user_allow_other"));
    } catch (IOException e) {
      return false;
    }
  }

  private static OcifsException refuse(String what, String hint) {
    return new OcifsException(Kind.MOUNT, what).hint(hint);
  }
}
