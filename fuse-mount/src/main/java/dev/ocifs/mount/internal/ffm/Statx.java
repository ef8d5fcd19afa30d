package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What statx(2) tells of a path that Java's own calls do not.
 *
 * @param device major:minor number of the file system, as in the table of mounts
 * @param mountRoot whether something is mounted at the path; absent where the kernel, before 5.8,
 *     does not say
 */
public record Statx(String device, Optional<Boolean> mountRoot) {
  /** fcntl.h. */
  private static final int AT_FDCWD = -100;

  /** The mount itself, not what would be mounted for it; and nothing that a server is asked for. */
  private static final int FLAGS = 0x800 /* AT_NO_AUTOMOUNT */ | 0x4000 /* AT_STATX_DONT_SYNC */;

  /** Offsets of struct statx in linux/stat.h. */
  private static final long BYTES = 256;

  private static final long ATTRIBUTES = 8;
  private static final long ATTRIBUTES_MASK = 56;
  private static final long DEVICE_MAJOR = 136;
  private static final long DEVICE_MINOR = 140;

  private static final long STATX_ATTR_MOUNT_ROOT = 0x2000;

  private static final MethodHandle STATX =
      Libc.handle(
          "statx",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS),
          Libc.ERRNO);

  /** Follows symbolic links; empty when the path cannot be looked at, as with a dead mount. */
  public static Optional<Statx> of(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment found = arena.allocate(BYTES, Long.BYTES);
      int result =
          (int) STATX.invokeExact(state, AT_FDCWD, Libc.path(arena, path), FLAGS, 0, found);
      return result == 0 ? Optional.of(parse(found)) : Optional.empty();
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  private static Statx parse(MemorySegment found) {
    boolean known =
        (found.get(ValueLayout.JAVA_LONG, ATTRIBUTES_MASK) & STATX_ATTR_MOUNT_ROOT) != 0;
    boolean root = (found.get(ValueLayout.JAVA_LONG, ATTRIBUTES) & STATX_ATTR_MOUNT_ROOT) != 0;
    return new Statx(
        Integer.toUnsignedString(found.get(ValueLayout.JAVA_INT, DEVICE_MAJOR))
            + ":"
            + Integer.toUnsignedString(found.get(ValueLayout.JAVA_INT, DEVICE_MINOR)),
        known ? Optional.of(root) : Optional.empty());
  }
}
