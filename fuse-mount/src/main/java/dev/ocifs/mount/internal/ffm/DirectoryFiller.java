package dev.ocifs.mount.internal.ffm;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls the {@code fuse_fill_dir_t} that libfuse 2 hands to {@code readdir}, with a name of bytes.
 */
public final class DirectoryFiller {
  private static final MethodHandle FILL =
      Libc.LINKER.downcallHandle(
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));

  private DirectoryFiller() {}

  /**
   * Adds one entry.
   *
   * @param function address of the function
   * @param buffer the handle that came with it
   * @param name ends with a zero byte
   * @param stat a {@code struct stat} of which type and inode number count
   * @param nextOffset where to go on after this entry, not 0
   * @return whether it fitted
   */
  public static boolean fill(
      MemorySegment function,
      MemorySegment buffer,
      MemorySegment name,
      MemorySegment stat,
      long nextOffset) {
    try {
      return (int) FILL.invokeExact(function, buffer, name, stat, nextOffset) == 0;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }
}
