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
  public void close() {
    if (owned) {
      int ignored = Descriptors.close(fd);
    }
  }
}
