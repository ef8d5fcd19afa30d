package dev.ocifs.mount.internal.ffm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The standard streams of this process, below Java's. */
public final class Stdio {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY_CREAT_APPEND = 01 | 0100 | 02000;
  private static final int PRIVATE_MODE = 0600;

  private Stdio() {}

  /**
   * Lets go of whatever standard input, output and error are connected to: input comes from
   * /dev/null from now on, output and errors go to the end of a file. {@link System#out} and {@link
   * System#err} follow.
   *
   * @param log is made when there is none, for its owner only
   */
  public static void redirectTo(Path log) throws IOException {
    System.out.flush();
    System.err.flush();
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle dup2 =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dup2"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle close =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nullDevice = arena.allocateFrom("/dev/null");
      MemorySegment logPath = arena.allocateFrom(log.toString());
      int in = check((int) open.invokeExact(nullDevice, O_RDONLY, 0), "/dev/null");
      int out = check((int) open.invokeExact(logPath, O_WRONLY_CREAT_APPEND, PRIVATE_MODE), log);
      check((int) dup2.invokeExact(in, 0), "standard input");
      check((int) dup2.invokeExact(out, 1), "standard output");
      check((int) dup2.invokeExact(out, 2), "standard error");
      check((int) close.invokeExact(in), "/dev/null");
      check((int) close.invokeExact(out), log);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static int check(int result, Object what) throws IOException {
    if (result < 0) {
      throw new IOException("cannot redirect the standard streams: " + what);
    }
    return result;
  }
}
