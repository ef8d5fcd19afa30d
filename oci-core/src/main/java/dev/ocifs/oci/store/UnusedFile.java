package dev.ocifs.oci.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Deletes a file that nobody has open: no process, in whatever container, and no mount of the
 * kernel.
 *
 * <p>The kernel itself knows that. It grants a write lease ({@code F_SETLEASE} of fcntl(2)) on a
 * file only when nobody else has it open, and holds up whoever opens it until the lease is given
 * back. So there is nothing to note, and nothing is left behind by a crash. Where there are no
 * leases, every file counts as in use.
 */
public final class UnusedFile {
  /** fcntl.h of Linux. */
  private static final int O_RDONLY = 0;

  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_WRLCK = 1;

  /** What tells of somebody who waits for the lease: the default, SIGIO, would end the process. */
  private static final int SIGURG = 23;

  /** The functions of the C library, looked up when first needed. */
  private static final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    static final MethodHandle OPEN =
        handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle FCNTL =
        handle(
            "fcntl",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle CLOSE =
        handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Calls() {}

    private static MethodHandle handle(
        String name, FunctionDescriptor function, Linker.Option... options) {
      return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
    }
  }

  private UnusedFile() {}

  /**
   * Deletes a file unless somebody has it open.
   *
   * @return whether it is gone; false also where that cannot be told
   */
  public static boolean delete(Path file) throws IOException {
    return leased(file, Files::deleteIfExists);
  }

  /** Whether there is such a file and nobody has it open; false also where that cannot be told. */
  public static boolean is(Path file) throws IOException {
    return leased(file, leased -> true);
  }

  /** Does something with a file while nobody can open it; false when somebody has it open. */
  @FunctionalInterface
  private interface Action {
    boolean on(Path file) throws IOException;
  }

  private static boolean leased(Path file, Action action) throws IOException {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
      MemorySegment path = arena.allocateFrom(file.toString(), names);
      int fd = (int) Calls.OPEN.invokeExact(path, O_RDONLY | O_CLOEXEC);
      if (fd < 0) {
        return false;
      }
      try {
        if ((int) Calls.FCNTL.invokeExact(fd, F_SETSIG, SIGURG) < 0
            || (int) Calls.FCNTL.invokeExact(fd, F_SETLEASE, F_WRLCK) < 0) {
          return false;
        }
        return action.on(file);
      } finally {
        int ignored = (int) Calls.CLOSE.invokeExact(fd);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
