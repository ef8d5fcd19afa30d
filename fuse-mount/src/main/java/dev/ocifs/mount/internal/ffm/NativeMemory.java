package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory that native code lends for the length of a callback, by its address. Nothing is allocated
 * and nothing is checked: whoever calls knows that the range is the callee's to use. Thread-safe.
 */
public final class NativeMemory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** {@code int (*fuse_fill_dir_t)(void *buf, const char *name, const struct stat *, off_t)}. */
  private static final MethodHandle FILL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG));

  private NativeMemory() {}

  /** The memory from an address on. */
  public static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  public static void put(long address, byte[] bytes) {
    MemorySegment.copy(bytes, 0, ALL, ValueLayout.JAVA_BYTE, address, bytes.length);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /** The bytes before the terminating zero. */
  public static byte[] string(long address) {
    long end = address;
    while (ALL.get(ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] bytes = new byte[(int) (end - address)];
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, bytes, 0, bytes.length);
    return bytes;
  }

  /** Calls libfuse's function that takes a directory entry; 1 when its buffer is full. */
  public static int fill(
      long function, long buffer, MemorySegment name, MemorySegment stat, long offset) {
    try {
      return (int) FILL.invokeExact(MemorySegment.ofAddress(function), buffer, name, stat, offset);
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }
}
