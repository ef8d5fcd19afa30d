package dev.ocifs.tests.conformance;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The few calls of libc that list a directory of 64-bit Linux with names as bytes. Whatever fails
 * is an {@link AssertionError}.
 *
 * <p>Source: statx(2), which has one layout on all architectures; readdir(3), of which {@code
 * struct dirent} has the name at byte 19.
 */
final class Posix {

  /** What statx(2) tells. */
  record Stat(
      int mode,
      int nlink,
      long uid,
      long gid,
      long inode,
      long size,
      long mtimeSeconds,
      int mtimeNanos,
      int major,
      int minor) {}

  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int NAME_AT = 19;
  private static final int LENGTH_AT = 16;

  private static final AddressLayout ANY =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final MethodHandle statx =
      function("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private final MethodHandle readlink =
      function("readlink", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private final MethodHandle llistxattr =
      function("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private final MethodHandle lgetxattr =
      function("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private final MethodHandle open = function("open", JAVA_INT, ADDRESS, JAVA_INT);
  private final MethodHandle read = function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private final MethodHandle close = function("close", JAVA_INT, JAVA_INT);
  private final MethodHandle opendir = function("opendir", ADDRESS, ADDRESS);
  private final MethodHandle readdir = function("readdir", ANY, ADDRESS);
  private final MethodHandle closedir = function("closedir", JAVA_INT, ADDRESS);

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(result, parameters));
  }

  /** Needs 256 bytes of the buffer. */
  Stat lstat(MemorySegment path, MemorySegment buffer) throws Throwable {
    check(
        (int) statx.invoke(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer),
        "statx");
    return new Stat(
        Short.toUnsignedInt(buffer.get(JAVA_SHORT, 28)),
        buffer.get(JAVA_INT, 16),
        Integer.toUnsignedLong(buffer.get(JAVA_INT, 20)),
        Integer.toUnsignedLong(buffer.get(JAVA_INT, 24)),
        buffer.get(JAVA_LONG, 32),
        buffer.get(JAVA_LONG, 40),
        buffer.get(JAVA_LONG, 112),
        buffer.get(JAVA_INT, 120),
        buffer.get(JAVA_INT, 128),
        buffer.get(JAVA_INT, 132));
  }

  long readlink(MemorySegment path, MemorySegment buffer) throws Throwable {
    return check((long) readlink.invoke(path, buffer, buffer.byteSize()), "readlink");
  }

  long listxattr(MemorySegment path, MemorySegment buffer) throws Throwable {
    return check((long) llistxattr.invoke(path, buffer, buffer.byteSize()), "listxattr");
  }

  /** The length of the value, or -1. */
  long getxattr(MemorySegment path, MemorySegment name, MemorySegment buffer) throws Throwable {
    return (long) lgetxattr.invoke(path, name, buffer, buffer.byteSize());
  }

  int open(MemorySegment path) throws Throwable {
    return (int) check((int) open.invoke(path, 0), "open");
  }

  long read(int file, MemorySegment buffer) throws Throwable {
    return check((long) read.invoke(file, buffer, buffer.byteSize()), "read");
  }

  void close(int file) throws Throwable {
    check((int) close.invoke(file), "close");
  }

  MemorySegment opendir(MemorySegment path) throws Throwable {
    MemorySegment stream = (MemorySegment) opendir.invoke(path);
    check(stream.address() == 0 ? -1 : 0, "opendir");
    return stream;
  }

  /** The next name, empty at the end. */
  byte[] readdir(MemorySegment stream) throws Throwable {
    MemorySegment entry = (MemorySegment) readdir.invoke(stream);
    if (entry.address() == 0) {
      return new byte[0];
    }
    int length = Short.toUnsignedInt(entry.get(JAVA_SHORT, LENGTH_AT)) - NAME_AT;
    byte[] field = entry.asSlice(NAME_AT, length).toArray(JAVA_BYTE);
    int end = 0;
    while (field[end] != 0) {
      end++;
    }
    return Arrays.copyOf(field, end);
  }

  void closedir(MemorySegment stream) throws Throwable {
    check((int) closedir.invoke(stream), "closedir");
  }

  private static long check(long result, String call) {
    if (result < 0) {
      throw new AssertionError(call + " failed");
    }
    return result;
  }
}
