package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The system call that mounts, its options in one page; only root may use it. The source may be
 * longer than {@link FsContext} takes it.
 */
public final class MountCall {
  /** Flags of mount(2), sys/mount.h. */
  public static final long MS_RDONLY = 1;

  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;

  private static final MethodHandle MOUNT =
      Libc.handle(
          "mount",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Libc.ERRNO);
  private static final MethodHandle GETEUID =
      Libc.handle("geteuid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  private static final MethodHandle GETEGID =
      Libc.handle("getegid", FunctionDescriptor.of(ValueLayout.JAVA_INT));

  private MountCall() {}

  /** Mounts; see mount(2). Returns the errno, 0 when it succeeded. */
  public static int mount(String source, Path dir, String type, long flags, String data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result =
          (int)
              MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source, StandardCharsets.UTF_8),
                  Libc.path(arena, dir),
                  arena.allocateFrom(type, StandardCharsets.UTF_8),
                  flags,
                  arena.allocateFrom(data, StandardCharsets.UTF_8));
      return result == 0 ? 0 : Libc.errno(state);
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /** The user that this process acts as, unsigned. */
  public static int effectiveUser() {
    try {
      return (int) GETEUID.invokeExact();
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /** The group that this process acts as, unsigned. */
  public static int effectiveGroup() {
    try {
      return (int) GETEGID.invokeExact();
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }
}
