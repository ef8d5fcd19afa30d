package dev.ocifs.mount.kernel;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Fusermount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.internal.ffm.DescriptorSender;
import dev.ocifs.mount.internal.ffm.Descriptors;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.mount.internal.ffm.MountCall;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the mount and the open device that belongs to it: root by mount(2), others by the
 * set-user-ID program fusermount3, which sends the device back over a socket.
 */
final class Mounting {
  /** The mode of the root that the kernel wants to know: a directory. */
  private static final String ROOT_MODE = "40000";

  private Mounting() {}

  /** Mounts; the device is the caller's, and the mount lives as long as it. */
  static Device mount(MountRequest request) throws OcifsException {
    return Libc.isRoot() ? byRoot(request) : byFusermount(request);
  }

  private static Device byRoot(MountRequest request) throws OcifsException {
    int fd = Descriptors.open(FuseDevice.PATH, Descriptors.O_RDWR | Descriptors.O_CLOEXEC);
    if (fd < 0) {
      throw refused(request, "opening " + FuseDevice.PATH + " gives errno " + -fd)
          .hint("load it with: modprobe fuse; in a container start that with --device /dev/fuse");
    }
    boolean mounted = false;
    try {
      mount(request, fd);
      mounted = true;
      return FuseDevice.of(fd);
    } finally {
      if (!mounted) {
        int ignored = Descriptors.close(fd);
      }
    }
  }

  private static void mount(MountRequest request, int fd) throws OcifsException {
    MountOptions options = request.options();
    long flags =
        MountCall.MS_RDONLY
            | (options.suid() ? 0 : MountCall.MS_NOSUID)
            | (options.dev() ? 0 : MountCall.MS_NODEV);
    int errno =
        MountCall.mount(
            Printable.escape(request.image()),
            request.dir().toAbsolutePath(),
            MountTable.TYPE,
            flags,
            String.join(",", kernelOptions(fd, options)));
    if (errno != 0) {
      throw refused(request, "mount(2) gives errno " + errno)
          .hint(
              errno == Errno.EPERM
                  ? "this needs the capability CAP_SYS_ADMIN, and no seccomp filter against mount"
                  : "the kernel's log may say more: dmesg");
    }
  }

  /** What mount(2) is told, see fuse(4) and Documentation/filesystems/fuse of Linux. */
  static List<String> kernelOptions(int fd, MountOptions options) {
    List<String> words = new ArrayList<>();
    words.add("fd=" + fd);
    words.add("rootmode=" + ROOT_MODE);
    words.add("user_id=" + Integer.toUnsignedString(MountCall.effectiveUser()));
    words.add("group_id=" + Integer.toUnsignedString(MountCall.effectiveGroup()));
    words.addAll(sharing(options));
    return words;
  }

  /** Where others see the mount, the permission bits of the image count. */
  private static List<String> sharing(MountOptions options) {
    return options.allowOther() ? List.of("allow_other", "default_permissions") : List.of();
  }

  /** What fusermount3 is told. */
  static List<String> fusermountOptions(MountRequest request) {
    List<String> words = new ArrayList<>();
    words.add("ro");
    words.add("nosuid");
    words.add("nodev");
    // Commas end an option; backslashes take that from them.
    String source = Printable.escape(request.image());
    words.add("fsname=" + source.replace("\\", "\\\\").replace(",", "\\,"));
    words.add("subtype=" + MountTable.TYPE.substring(MountTable.TYPE.indexOf('.') + 1));
    words.addAll(sharing(request.options()));
    return words;
  }

  /** Mounts as users do who are not root. */
  static Device byFusermount(MountRequest request) throws OcifsException {
    Path program = Fusermount.find(System.getenv("PATH")).orElseThrow(Fusermount::missing);
    List<String> command =
        List.of(
            program.toString(),
            "-o",
            String.join(",", fusermountOptions(request)),
            "--",
            request.dir().toAbsolutePath().toString());
    // The socket is its standard input.
    List<String> environment = List.of("_FUSE_COMMFD=0", "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    DescriptorSender.Outcome outcome;
    try {
      outcome = DescriptorSender.run(command, environment);
    } catch (IOException e) {
      throw new OcifsException(OcifsException.Kind.MOUNT, "cannot run " + program, e);
    }
    if (outcome.fd() < 0) {
      throw refused(request, outcome.words().isEmpty() ? program + " failed" : outcome.words());
    }
    return FuseDevice.of(outcome.fd());
  }

  private static OcifsException refused(MountRequest request, String why) {
    return new OcifsException(
            OcifsException.Kind.MOUNT, "cannot mount at " + request.dir() + ": " + why)
        .image(request.image());
  }
}
