package dev.ocifs.mount.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The request that a serving thread has read last, in memory that is used again and again. Nothing
 * is allocated once each length of name has occurred. Not thread-safe.
 */
final class Request {
  static final int MAX_NAME_BYTES = 255;

  /**
   * What read(2) of the device has to have room for: nothing larger than a name or two comes to a
   * read-only file system, but the kernel refuses less than max_write and headers, and 8 KiB.
   */
  private static final int BYTES = 16 << 10;

  private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, Long.BYTES);
  private final byte[][] names = new byte[MAX_NAME_BYTES + 1][];
  private int length;

  MemorySegment memory() {
    return memory;
  }

  /** Says how much was read into {@link #memory}. */
  void received(int bytes) {
    length = bytes;
  }

  /** Whether there is a header, so that an answer can be addressed. */
  boolean hasHeader() {
    return length >= Headers.In.BYTES;
  }

  /** Whether the header's length is that of the request. */
  boolean isWhole() {
    return memory.get(ValueLayout.JAVA_INT, Headers.In.LEN) == length;
  }

  int opcode() {
    return memory.get(ValueLayout.JAVA_INT, Headers.In.OPCODE);
  }

  long unique() {
    return memory.get(ValueLayout.JAVA_LONG, Headers.In.UNIQUE);
  }

  /** The inode that it is about. */
  long inode() {
    return memory.get(ValueLayout.JAVA_LONG, Headers.In.NODEID);
  }

  /** The user who asks, by the number that our own user namespace has for it. */
  int user() {
    return memory.get(ValueLayout.JAVA_INT, Headers.In.UID);
  }

  /** The thread that waits for the answer, 0 when it is not to be seen from here. */
  int thread() {
    return memory.get(ValueLayout.JAVA_INT, Headers.In.PID);
  }

  /** Whether the body has as many bytes. */
  boolean has(int bytes) {
    return length >= Headers.In.BYTES + bytes;
  }

  int intAt(int offset) {
    return memory.get(ValueLayout.JAVA_INT, Headers.In.BYTES + (long) offset);
  }

  long longAt(int offset) {
    return memory.get(ValueLayout.JAVA_LONG, Headers.In.BYTES + (long) offset);
  }

  /** The length of the name at an offset of the body, -1 when it has no end. */
  int nameLength(int offset) {
    int from = Headers.In.BYTES + offset;
    for (int i = from; i < length; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) == 0) {
        return i - from;
      }
    }
    return -1;
  }

  /** The name at an offset of the body; the array is used again for the next of its length. */
  byte[] name(int offset, int bytes) {
    byte @Nullable [] name = names[bytes];
    if (name == null) {
      name = new byte[bytes];
      names[bytes] = name;
    }
    MemorySegment.copy(
        memory, ValueLayout.JAVA_BYTE, Headers.In.BYTES + (long) offset, name, 0, bytes);
    return name;
  }
}
