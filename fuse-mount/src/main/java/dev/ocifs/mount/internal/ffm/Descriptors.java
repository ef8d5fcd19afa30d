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
  public static final int O_RDONLY = 0;

  public static final int O_RDWR = 2;

  public static final int O_CLOEXEC = 0x80000;

  private static final int O_DIRECT =
      System.getProperty("os.arch", "").equals("aarch64") ? 0x10000 : 0x4000;

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

  private static final MethodHandle SYNCFS =
      Libc.handle(
          "syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Libc.ERRNO);

  /** poll.h: the event by which the tables of /proc tell of a change. */
  private static final short POLLPRI = 2;

  private static final MethodHandle POLL =
      Libc.handle(
          "poll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT),
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

  /** An ioctl(2) whose argument points to 32-bit numbers: one, or the fields of a struct. */
  public static int ioctl(int fd, long request, int... argument) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_INT, argument);
      int result = (int) IOCTL.invokeExact(state, fd, request, numbers);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /**
   * Waits until all that was written to the file system of a folder is safe on disk; see syncfs(2).
   */
  public static int syncFileSystem(Path folder) {
    MemorySegment state = STATE.get();
    int fd = open(folder, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    try {
      int result = (int) SYNCFS.invokeExact(state, fd);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    } finally {
      int ignored = close(fd);
    }
  }

  /**
   * Waits until a table of /proc has changed since the descriptor was opened or last waited for;
   * see poll(2) and proc_pid_mountinfo(5).
   */
  public static int awaitChange(int fd) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(ValueLayout.JAVA_INT, 0, fd);
      pollfd.set(ValueLayout.JAVA_SHORT, 4, POLLPRI);
      int result = (int) POLL.invokeExact(state, pollfd, 1L, -1);
      return result < 0 ? -Libc.errno(state) : result;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  /**
   * Whether direct reads of a file may be as short as this and begin at multiples of it: not so on
   * disks of larger sectors, and not on all file systems. See O_DIRECT in open(2).
   */
  public static boolean readsDirectly(Path file, int bytes) {
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_DIRECT);
    if (fd < 0) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      return read(fd, arena.allocate(bytes, bytes).address(), bytes) >= 0;
    } finally {
      int ignored = close(fd);
    }
  }
}
