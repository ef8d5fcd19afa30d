package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * File descriptors and what is done with them; each call returns what the C library does, or the
 * negated errno. Thread-safe; nothing is allocated by {@link #read} and {@link #write}.
 */
public final class Descriptors {
  /** fcntl.h of Linux on x86-64 and aarch64. */
  public static final int O_RDWR = 2;

  public static final int O_CLOEXEC = 0x80000;

  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle OPEN =
      Libc.handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          Libc.ERRNO);
  private static final MethodHandle CLOSE =
      Libc.handle(
          "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Libc.ERRNO);
  private static final MethodHandle READ = Libc.handle("read", TRANSFER, Libc.ERRNO);
  private static final MethodHandle WRITE = Libc.handle("write", TRANSFER, Libc.ERRNO);
  private static final MethodHandle IOCTL =
      Libc.handle(
          "ioctl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.firstVariadicArg(2),
          Libc.ERRNO);

  /** Where the linker leaves errno, one a thread. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Descriptors() {}

  /** Opens a file that exists; see open(2). */
  public static int open(Path path, int flags) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      int fd = (int) OPEN.invokeExact(state, Libc.path(arena, path), flags);
      return fd < 0 ? -Libc.errno(state) : fd;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  public static int close(int fd) {
    MemorySegment state = STATE.get();
    try {
      int result = (int) CLOSE.invokeExact(state, fd);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /** See read(2); the memory has to stay reachable until the call returns. */
  public static long read(int fd, long address, long bytes) {
    MemorySegment state = STATE.get();
    try {
      long result = (long) READ.invokeExact(state, fd, address, bytes);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /** See write(2); the memory has to stay reachable until the call returns. */
  public static long write(int fd, long address, long bytes) {
    MemorySegment state = STATE.get();
    try {
      long result = (long) WRITE.invokeExact(state, fd, address, bytes);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /** An ioctl(2) whose argument points to one 32-bit number. */
  public static int ioctl(int fd, long request, int argument) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, argument);
      int result = (int) IOCTL.invokeExact(state, fd, request, number);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }
}
