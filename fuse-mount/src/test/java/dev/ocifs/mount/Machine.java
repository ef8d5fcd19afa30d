package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The programs and calls of the machine as judges of a mount. */
public final class Machine {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final FunctionDescriptor LIST =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final FunctionDescriptor GET =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);

  private Machine() {}

  /** The output of a program that succeeds, a char for a byte. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), out).isZero();
    return out;
  }

  /**
   * All attributes that llistxattr(2) and lgetxattr(2) show: names a char for a byte, hex values.
   */
  static Map<String, String> xattrs(Path path) throws Throwable {
    TreeMap<String, String> found = new TreeMap<>();
    byte[] names = sized((buffer, size) -> call("llistxattr", LIST, path, null, buffer, size));
    for (String name : new String(names, StandardCharsets.ISO_8859_1).split("\0", -1)) {
      if (!name.isEmpty()) {
        byte[] value = sized((buffer, size) -> call("lgetxattr", GET, path, name, buffer, size));
        found.put(name, HexFormat.of().formatHex(value));
      }
    }
    return found;
  }

  /** What lgetxattr(2) returns for a buffer of that size: a length, or -1. */
  static long getxattr(Path path, String name, long size) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      return call("lgetxattr", GET, path, name, arena.allocate(Math.max(1, size)), size);
    }
  }

  private interface SizedCall {
    long into(MemorySegment buffer, long size) throws Throwable;
  }

  /** Asks for the size first, as programs do. */
  private static byte[] sized(SizedCall call) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      long size = call.into(MemorySegment.NULL, 0);
      assertThat(size).isNotNegative();
      MemorySegment buffer = arena.allocate(Math.max(1, size));
      assertThat(size == 0 ? 0 : call.into(buffer, size)).isEqualTo(size);
      return buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static long call(
      String function,
      FunctionDescriptor type,
      Path path,
      @org.jspecify.annotations.Nullable String name,
      MemorySegment buffer,
      long size)
      throws Throwable {
    MethodHandle handle = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), type);
    try (Arena arena = Arena.ofConfined()) {
      List<Object> arguments = new ArrayList<>();
      arguments.add(arena.allocateFrom(path.toString()));
      if (name != null) {
        arguments.add(arena.allocateFrom(name, StandardCharsets.ISO_8859_1));
      }
      arguments.add(buffer);
      arguments.add(size);
      return (long) handle.invokeWithArguments(arguments);
    }
  }

  public static void assumeMountable(Path emptyDirectory) throws IOException {
    try {
      MountPoint.check(emptyDirectory);
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }
}
