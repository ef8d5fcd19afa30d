package dev.ocifs.mount.erofs;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.internal.ffm.Descriptors;
import dev.ocifs.mount.internal.ffm.FsContext;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the kernel serve a metadata image and the layers it points into, all of them plain files.
 *
 * <p>The layers are named by descriptors, which are closed afterwards: their paths may be longer
 * than an option can be. fsconfig(2) takes one layer a call, so that any number fits, where the
 * options of mount(2) end with a page.
 */
final class ErofsMount {
  /**
   * The pages of a layer then lie in memory once, as those of the mounted files, and not once more
   * as those of the layer. Kernels that do not know the option do without.
   */
  private static final String DIRECT = "directio";

  private static final String DESCRIPTORS = "/proc/self/fd";

  /** {@code ocifs/erofs/FILE}, by which the table of mounts tells ours from others. */
  private static final int SOURCE_NAMES = 3;

  private final MountRequest request;
  private final MetadataImage image;
  private final List<Integer> open = new ArrayList<>();
  private final List<String> devices = new ArrayList<>();

  private ErofsMount(MountRequest request, MetadataImage image) {
    this.request = request;
    this.image = image;
  }

  static void mount(MountRequest request, MetadataImage image) throws OcifsException {
    ErofsMount mount = new ErofsMount(request, image);
    try {
      mount.mount();
    } finally {
      mount.close();
    }
  }

  private void mount() throws OcifsException {
    boolean direct = true;
    for (Path device : image.devices()) {
      devices.add(DESCRIPTORS + "/" + open(device));
      direct = direct && Descriptors.readsDirectly(device, Blocks.BYTES);
    }
    Path source = source(image.path().toAbsolutePath());
    List<String> words = new ArrayList<>();
    int errno = direct ? call(source, true, words) : Errno.EINVAL;
    if (errno == Errno.EINVAL) {
      words.clear();
      errno = call(source, false, words);
    }
    if (errno != 0) {
      throw refused(errno, words);
    }
  }

  /** The image's path, by a descriptor of the folder that it lies in when it is too long. */
  private Path source(Path path) throws OcifsException {
    int names = path.getNameCount();
    if (path.toString().getBytes(Libc.nameCharset()).length <= FsContext.MAX_VALUE_BYTES
        || names <= SOURCE_NAMES) {
      return path;
    }
    Path folder = Path.of("/").resolve(path.subpath(0, names - SOURCE_NAMES));
    return Path.of(DESCRIPTORS, "" + open(folder))
        .resolve(path.subpath(names - SOURCE_NAMES, names));
  }

  private int open(Path file) throws OcifsException {
    int fd = Descriptors.open(file, Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
    if (fd < 0) {
      throw new OcifsException(Kind.IO, "cannot open " + file + ": errno " + -fd);
    }
    open.add(fd);
    return fd;
  }

  private void close() {
    for (int fd : open) {
      int ignored = Descriptors.close(fd);
    }
  }

  /** Mounts; adds to the words what the kernel says of it. */
  private int call(Path source, boolean direct, List<String> words) {
    try (FsContext context = new FsContext(MountTable.NATIVE_TYPE)) {
      context.set("source", source);
      context.set("ro");
      for (String device : devices) {
        context.set("device", device);
      }
      if (direct) {
        context.set(DIRECT);
      }
      int attributes =
          FsContext.MOUNT_ATTR_RDONLY
              | (request.options().suid() ? 0 : FsContext.MOUNT_ATTR_NOSUID)
              | (request.options().dev() ? 0 : FsContext.MOUNT_ATTR_NODEV);
      int errno = context.mount(request.dir().toAbsolutePath(), attributes);
      if (errno != 0) {
        words.addAll(context.messages());
      }
      return errno;
    }
  }

  private OcifsException refused(int errno, List<String> words) {
    String hint = "the kernel's log may say more: dmesg; or use --backend auto";
    if (errno == Errno.EPERM) {
      hint = "this needs the capability CAP_SYS_ADMIN, and no seccomp filter against fsopen";
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
                + ": the kernel gives errno "
                + errno
                + (words.isEmpty() ? "" : " and says: " + String.join("; ", words))
                + (Libc.isRoot() ? "" : ", and this process is not root's"))
        .hint(hint);
  }
}
