package dev.ocifs.mount.kernel;

import dev.ocifs.mount.internal.ffm.Descriptors;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;

/** An open descriptor of /dev/fuse, fuse(4). */
final class FuseDevice implements Device {
  static final Path PATH = Path.of("/dev/fuse");

  /** _IOR(229, 0, uint32_t): makes an open device one of the connection of another. */
  private static final long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  /** _IOW(229, 1, struct fuse_backing_map) and _IOW(229, 2, uint32_t). */
  private static final long FUSE_DEV_IOC_BACKING_OPEN = 0x4010e501L;

  private static final long FUSE_DEV_IOC_BACKING_CLOSE = 0x4004e502L;

  private final int fd;
  private final boolean owned;

  private FuseDevice(int fd, boolean owned) {
    this.fd = fd;
    this.owned = owned;
  }

  /** The device with this descriptor, which it closes. */
  static FuseDevice of(int fd) {
    return new FuseDevice(fd, true);
  }

  @Override
  public int read(MemorySegment buffer) {
    try {
      return (int) Descriptors.read(fd, buffer.address(), buffer.byteSize());
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  @Override
  public int write(MemorySegment buffer, long length) {
    try {
      return (int) Math.min(0, Descriptors.write(fd, buffer.address(), length));
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Where this process may not open the device (fusermount did), the queue is shared. */
  @Override
  public Device another() {
    int clone = Descriptors.open(PATH, Descriptors.O_RDWR | Descriptors.O_CLOEXEC);
    if (clone >= 0) {
      boolean cloned = false;
      try {
        cloned = Descriptors.ioctl(clone, FUSE_DEV_IOC_CLONE, fd) >= 0;
        if (cloned) {
          return of(clone);
        }
      } finally {
        if (!cloned) {
          int ignored = Descriptors.close(clone);
        }
      }
    }
    return new FuseDevice(fd, false);
  }

  @Override
  public int openBacking(Path file) {
    int backing = Descriptors.open(file, Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
    if (backing < 0) {
      return backing;
    }
    try {
      // struct fuse_backing_map: int32_t fd; uint32_t flags; uint64_t padding
      return Descriptors.ioctl(fd, FUSE_DEV_IOC_BACKING_OPEN, backing, 0, 0, 0);
    } finally {
      int ignored = Descriptors.close(backing); // the kernel has its own
    }
  }

  @Override
  public void closeBacking(int id) {
    int ignored = Descriptors.ioctl(fd, FUSE_DEV_IOC_BACKING_CLOSE, id);
  }

  @Override
  public void close() {
    if (owned) {
      int ignored = Descriptors.close(fd);
    }
  }
}
