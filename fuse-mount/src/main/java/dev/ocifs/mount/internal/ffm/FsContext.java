package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system that is being mounted, told its options one by one, so that any number fits; only
 * root may. The first call of the kernel that fails ends the attempt, and {@link #mount} returns
 * its errno. The caller closes it, mounted or not. Not thread-safe.
 *
 * <p>Source: fsopen(2), fsconfig(2), fsmount(2), move_mount(2), linux/mount.h; Linux 5.2 and later.
 * By number, as C libraries know them late; the numbers are those of every architecture.
 */
public final class FsContext implements AutoCloseable {
  /** What one option may hold: fsconfig(2) takes no longer text. */
  public static final int MAX_VALUE_BYTES = 255;

  /** Attributes of a mount, linux/mount.h. */
  public static final int MOUNT_ATTR_RDONLY = 1;

  public static final int MOUNT_ATTR_NOSUID = 2;
  public static final int MOUNT_ATTR_NODEV = 4;

  private static final long MOVE_MOUNT = 429;
  private static final long FSOPEN = 430;
  private static final long FSCONFIG = 431;
  private static final long FSMOUNT = 432;

  private static final long FSOPEN_CLOEXEC = 1;
  private static final long FSMOUNT_CLOEXEC = 1;
  private static final long FSCONFIG_SET_FLAG = 0;
  private static final long FSCONFIG_SET_STRING = 1;
  private static final long FSCONFIG_CMD_CREATE = 6;

  /** The mount is a descriptor, and the directory's path is followed as mount(2) does. */
  private static final long MOVE_FLAGS = 0x04 | 0x10 | 0x20;

  private static final long AT_FDCWD = -100;
  private static final int MESSAGE_BYTES = 4096;

  private static final MethodHandle SYSCALL =
      Libc.handle(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1),
          Libc.ERRNO);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
  private final long fd;
  private int errno;

  /** Begins to mount a file system of this type. */
  public FsContext(String type) {
    fd = call(FSOPEN, text(type), FSOPEN_CLOEXEC, 0, 0, 0);
  }

  /** Sets an option to text of {@link #MAX_VALUE_BYTES} bytes at most. */
  public void set(String key, String value) {
    config(FSCONFIG_SET_STRING, text(key), text(value));
  }

  /** Sets an option to a path of {@link #MAX_VALUE_BYTES} bytes at most. */
  public void set(String key, Path value) {
    config(FSCONFIG_SET_STRING, text(key), Libc.path(arena, value).address());
  }

  /** Sets an option that is one word. */
  public void set(String key) {
    config(FSCONFIG_SET_FLAG, text(key), 0);
  }

  private void config(long command, long key, long value) {
    if (errno == 0) {
      long ignored = call(FSCONFIG, fd, command, key, value, 0);
    }
  }

  /** Shows it at a directory. Returns the errno of the first call that failed, 0 for none. */
  public int mount(Path dir, int attributes) {
    config(FSCONFIG_CMD_CREATE, 0, 0);
    if (errno == 0) {
      long mount = call(FSMOUNT, fd, FSMOUNT_CLOEXEC, attributes, 0, 0);
      if (mount >= 0) {
        attach(mount, dir);
        int ignored = Descriptors.close((int) mount); // unmounts what has no place
      }
    }
    return errno;
  }

  private void attach(long mount, Path dir) {
    long place = Libc.path(arena, dir).address();
    long ignored = call(MOVE_MOUNT, mount, text(""), AT_FDCWD, place, MOVE_FLAGS);
  }

  /** What the kernel says about it, a line each; each is told once. */
  public List<String> messages() {
    List<String> messages = new ArrayList<>();
    if (fd >= 0) {
      MemorySegment line = arena.allocate(MESSAGE_BYTES);
      long n;
      while ((n = Descriptors.read((int) fd, line.address(), MESSAGE_BYTES)) > 0) {
        byte[] bytes = line.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        messages.add(new String(bytes, StandardCharsets.ISO_8859_1).strip());
      }
    }
    return messages;
  }

  private long text(String text) {
    return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
  }

  private long call(long number, long a, long b, long c, long d, long e) {
    try {
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e);
      if (result < 0) {
        errno = Libc.errno(state);
      }
      return result;
    } catch (Throwable t) {
      throw Libc.rethrow(t);
    }
  }

  @Override
  public void close() {
    if (fd >= 0) {
      int ignored = Descriptors.close((int) fd);
    }
    arena.close();
  }
}
