package dev.ocifs.mount.internal.ffm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The standard streams of this process as descriptors, which native code writes to as well. */
public final class Stdio {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY_CREAT_APPEND = 1 | 0x40 | 0x400;
  private static final int O_CLOEXEC = 0x80000;

  private static final MethodHandle OPEN =
      Libc.LINKER.downcallHandle(
          Libc.LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          Libc.ERRNO);
  private static final MethodHandle DUP2 =
      Libc.handle(
          "dup2",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          Libc.ERRNO);
  private static final MethodHandle CLOSE =
      Libc.handle(
          "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Libc.ERRNO);

  private Stdio() {}

  /**
   * Sends standard output and standard error to a file, appended to and created with mode 0600, and
   * takes standard input from /dev/null.
   */
  public static void redirectTo(Path log) throws IOException {
    System.out.flush();
    System.err.flush();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int file = open(arena, state, log, O_WRONLY_CREAT_APPEND);
      int nothing = open(arena, state, Path.of("/dev/null"), O_RDONLY);
      duplicate(state, nothing, 0);
      duplicate(state, file, 1);
      duplicate(state, file, 2);
      closeUnlessStandard(state, nothing);
      closeUnlessStandard(state, file);
    }
  }

  private static int open(Arena arena, MemorySegment state, Path path, int flags)
      throws IOException {
    int fd;
    try {
      fd = (int) OPEN.invokeExact(state, Libc.path(arena, path), flags | O_CLOEXEC, 0600);
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
    if (fd < 0) {
      throw new IOException("cannot open " + path + ": errno " + Libc.errno(state));
    }
    return fd;
  }

  private static void duplicate(MemorySegment state, int fd, int target) throws IOException {
    int result;
    try {
      result = (int) DUP2.invokeExact(state, fd, target);
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
    if (result < 0) {
      throw new IOException("cannot redirect descriptor " + target + ": " + Libc.errno(state));
    }
  }

  private static void closeUnlessStandard(MemorySegment state, int fd) {
    if (fd > 2) {
      try {
        int ignored = (int) CLOSE.invokeExact(state, fd);
      } catch (Throwable e) {
        throw Libc.rethrow(e);
      }
    }
  }
}
