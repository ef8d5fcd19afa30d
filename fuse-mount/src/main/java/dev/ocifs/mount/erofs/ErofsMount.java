package dev.ocifs.mount.erofs;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.internal.ffm.Descriptors;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.mount.internal.ffm.MountCall;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The call of mount(2) that makes the kernel serve a metadata image and the layers it points into,
 * all of them plain files.
 *
 * <p>The layers are named by descriptors, which are closed afterwards: their paths may hold commas,
 * and 127 of them would not fit into the one page that mount(2) takes.
 */
final class ErofsMount {
  /**
   * The pages of a layer then lie in memory once, as those of the mounted files, and not once more
   * as those of the layer. Kernels that do not know the option do without.
   */
  private static final String DIRECT = "directio";

  private ErofsMount() {}

  static void mount(MountRequest request, MetadataImage image) throws OcifsException {
    List<Integer> open = new ArrayList<>();
    try {
      List<String> words = new ArrayList<>();
      boolean direct = true;
      for (Path device : image.devices()) {
        int fd = open(device, open);
        direct = direct && Descriptors.readsDirectly(device, Blocks.BYTES);
        words.add("device=/proc/self/fd/" + fd);
      }
      List<String> withDirect = new ArrayList<>(words);
      withDirect.add(DIRECT);
      int errno = direct ? call(request, image, withDirect) : Errno.EINVAL;
      if (errno == Errno.EINVAL) {
        errno = call(request, image, words);
      }
      if (errno != 0) {
        throw refused(request, image, errno);
      }
    } finally {
      for (int fd : open) {
        int ignored = Descriptors.close(fd);
      }
    }
  }

  private static int open(Path device, List<Integer> open) throws OcifsException {
    int fd = Descriptors.open(device, Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
    if (fd < 0) {
      throw new OcifsException(Kind.IO, "cannot open " + device + ": errno " + -fd);
    }
    open.add(fd);
    return fd;
  }

  private static int call(MountRequest request, MetadataImage image, List<String> words) {
    long flags =
        MountCall.MS_RDONLY
            | (request.options().suid() ? 0 : MountCall.MS_NOSUID)
            | (request.options().dev() ? 0 : MountCall.MS_NODEV);
    return MountCall.mount(
        image.path(),
        request.dir().toAbsolutePath(),
        MountTable.NATIVE_TYPE,
        flags,
        String.join(",", words));
  }

  private static OcifsException refused(MountRequest request, MetadataImage image, int errno) {
    String hint = "the kernel's log may say more: dmesg; or use --backend auto";
    if (errno == Errno.EPERM) {
      hint = "this needs the capability CAP_SYS_ADMIN, and no seccomp filter against mount";
    } else if (errno == Errno.EINVAL) {
      hint =
          "the kernel reads metadata images from ext4, xfs or btrfs, not from tmpfs or overlayfs:"
              + " put the store there with --root, or use --backend kernel";
    }
    return new OcifsException(
            Kind.MOUNT,
            "cannot mount "
                + image.path()
                + " at "
                + request.dir()
                + ": mount(2) gives errno "
                + errno
                + (Libc.isRoot() ? "" : ", and this process is not root's"))
        .hint(hint);
  }
}
