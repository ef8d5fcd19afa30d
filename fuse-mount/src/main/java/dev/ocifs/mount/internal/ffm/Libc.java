package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.Path;

/** System calls by the C library; each that can fail returns its errno, 0 when it succeeded. */
public final class Libc {
  /** Fail the requests under way and all later ones. */
  public static final int MNT_FORCE = 1;

  /** Detach from the tree now, unmount when no longer used. */
  public static final int MNT_DETACH = 2;

  private static final int F_OK = 0;

  static final Linker LINKER = Linker.nativeLinker();
  static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** The charset of file names as {@link Path} holds them. */
  private static final Charset NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), Charset.defaultCharset());

  private static final VarHandle ERRNO_VALUE =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final FunctionDescriptor PATH_AND_INT =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle UMOUNT2 = handle("umount2", PATH_AND_INT, ERRNO);
  private static final MethodHandle ACCESS = handle("access", PATH_AND_INT, ERRNO);
  private static final MethodHandle GETEUID =
      handle("geteuid", FunctionDescriptor.of(ValueLayout.JAVA_INT));

  private Libc() {}

  /** Unmounts what is mounted at a directory; see umount2(2). */
  public static int umount2(Path dir, int flags) {
    return call(UMOUNT2, dir, flags);
  }

  /** Looks a path up; a mount whose server is gone answers ENOTCONN. See access(2). */
  public static int lookup(Path path) {
    return call(ACCESS, path, F_OK);
  }

  private static int call(MethodHandle function, Path path, int argument) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) function.invokeExact(state, path(arena, path), argument);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Whether this process acts as root. */
  public static boolean isRoot() {
    try {
      return (int) GETEUID.invokeExact() == 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Whether the dynamic linker finds a library of this file name, as in "libfuse.so.2". */
  public static boolean hasLibrary(String name) {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(name, arena);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The charset of file names as {@link Path} holds them. */
  public static Charset nameCharset() {
    return NAMES;
  }

  static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  static MemorySegment path(Arena arena, Path path) {
    byte[] bytes = path.toString().getBytes(NAMES);
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return text;
  }

  static int errno(MemorySegment state) {
    return (int) ERRNO_VALUE.get(state, 0L);
  }

  /** A handle declares Throwable, but the calls of C throw nothing a caller could handle. */
  static RuntimeException rethrow(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }
}
