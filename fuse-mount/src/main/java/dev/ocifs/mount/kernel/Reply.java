package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An answer under construction, header and body in one piece of memory that is used again and
 * again, so that one write(2) sends it and content is copied once. Not thread-safe.
 */
final class Reply {
  /** What one READ asks for at most: 256 pages. */
  static final int MAX_CONTENT_BYTES = 1 << 20;

  private static final int PAGE_BYTES = 4096;

  /** Steps of growth: metadata, the kernel's usual readahead, all. */
  private static final int[] CAPACITIES = {2 * PAGE_BYTES, 32 * PAGE_BYTES, MAX_CONTENT_BYTES};

  /**
   * Seconds for which names, absent names and attributes hold: the image never changes. The kernel
   * counts in jiffies and takes its largest number for anything larger.
   */
  private static final long FOREVER = Long.MAX_VALUE;

  private static final MemorySegment ZEROS = Arena.global().allocate(512, Long.BYTES);

  /** Bodies of whole pages, by their number: made once, so that reads allocate nothing. */
  private final @Nullable MemorySegment[] rooms =
      new MemorySegment[MAX_CONTENT_BYTES / PAGE_BYTES + 1];

  private MemorySegment memory = memory(CAPACITIES[0]);
  private int length;

  private static MemorySegment memory(int bytes) {
    return Arena.ofAuto().allocate(Headers.Out.BYTES + (long) bytes, Long.BYTES);
  }

  /** Begins anew with an empty body. */
  void clear() {
    length = 0;
  }

  /** Bytes of the body. */
  int length() {
    return length;
  }

  /** Makes the body longer by zeros, 512 at most, and returns where they begin. */
  int extend(int bytes) {
    ensure(length + bytes);
    int at = length;
    MemorySegment.copy(ZEROS, 0, memory, Headers.Out.BYTES + (long) at, bytes);
    length += bytes;
    return at;
  }

  /** Room for a body of that many bytes, to be filled; {@link #setLength} tells how many were. */
  MemorySegment room(int bytes) {
    ensure(bytes);
    if (bytes % PAGE_BYTES != 0) {
      return memory.asSlice(Headers.Out.BYTES, bytes);
    }
    @Nullable MemorySegment room = rooms[bytes / PAGE_BYTES];
    if (room == null) {
      room = memory.asSlice(Headers.Out.BYTES, bytes);
      rooms[bytes / PAGE_BYTES] = room;
    }
    return room;
  }

  /** Room for content that follows what stands before a place of the body. */
  MemorySegment roomBehind(int at, int bytes) {
    ensure(at + bytes);
    return memory.asSlice(Headers.Out.BYTES + (long) at, bytes);
  }

  void setLength(int bytes) {
    length = bytes;
  }

  private void ensure(int bytes) {
    if (Headers.Out.BYTES + (long) bytes <= memory.byteSize()) {
      return;
    }
    int step = 0;
    while (step < CAPACITIES.length - 1 && CAPACITIES[step] < bytes) {
      step++;
    }
    MemorySegment larger = memory(Math.max(bytes, CAPACITIES[step]));
    MemorySegment.copy(memory, 0, larger, 0, Headers.Out.BYTES + (long) length);
    memory = larger;
    Arrays.fill(rooms, null);
  }

  void putShort(int offset, int value) {
    memory.set(ValueLayout.JAVA_SHORT, Headers.Out.BYTES + (long) offset, (short) value);
  }

  void putInt(int offset, int value) {
    memory.set(ValueLayout.JAVA_INT, Headers.Out.BYTES + (long) offset, value);
  }

  void putLong(int offset, long value) {
    memory.set(ValueLayout.JAVA_LONG, Headers.Out.BYTES + (long) offset, value);
  }

  void putBytes(int offset, byte[] bytes, int count) {
    MemorySegment.copy(
        bytes, 0, memory, ValueLayout.JAVA_BYTE, Headers.Out.BYTES + (long) offset, count);
  }

  /** Appends bytes. */
  void append(byte[] bytes) {
    ensure(length + bytes.length);
    putBytes(length, bytes, bytes.length);
    length += bytes.length;
  }

  /** Fills a struct fuse_entry_out of zeros. */
  void putEntry(int at, Attributes a) {
    putLong(at + Results.Entry.NODEID, a.inode);
    putLong(at + Results.Entry.ENTRY_VALID, FOREVER);
    putLong(at + Results.Entry.ATTR_VALID, FOREVER);
    putAttributes(at + Results.Entry.ATTR, a);
  }

  /** Fills a struct fuse_entry_out of zeros: there is no such name. */
  void putNoEntry(int at) {
    putLong(at + Results.Entry.ENTRY_VALID, FOREVER);
  }

  /** Fills a struct fuse_attr_out of zeros. */
  void putAttrOut(int at, Attributes a) {
    putLong(at + Results.AttrOut.ATTR_VALID, FOREVER);
    putAttributes(at + Results.AttrOut.ATTR, a);
  }

  /** Fills a struct fuse_attr of zeros. */
  private void putAttributes(int at, Attributes a) {
    putLong(at + Results.Attr.INO, a.inode);
    putLong(at + Results.Attr.SIZE, a.size);
    putLong(at + Results.Attr.BLOCKS, a.sectors());
    putLong(at + Results.Attr.ATIME, a.mtimeSeconds);
    putLong(at + Results.Attr.MTIME, a.mtimeSeconds);
    putLong(at + Results.Attr.CTIME, a.mtimeSeconds);
    putInt(at + Results.Attr.ATIMENSEC, a.mtimeNanos);
    putInt(at + Results.Attr.MTIMENSEC, a.mtimeNanos);
    putInt(at + Results.Attr.CTIMENSEC, a.mtimeNanos);
    putInt(at + Results.Attr.MODE, a.mode);
    putInt(at + Results.Attr.NLINK, a.nlink);
    putInt(at + Results.Attr.UID, a.uid);
    putInt(at + Results.Attr.GID, a.gid);
    putInt(at + Results.Attr.RDEV, device(a.major, a.minor));
    putInt(at + Results.Attr.BLKSIZE, PAGE_BYTES);
  }

  /** The kernel's new_encode_dev(). */
  private static int device(int major, int minor) {
    return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
  }

  /** Sends it: the body when the errno is 0. Returns 0 or a negated errno. */
  int send(Device device, long unique, int errno) {
    return write(device, unique, -errno, Headers.Out.BYTES + (errno == 0 ? length : 0));
  }

  /** Sends it as a message that no request asked for. Returns 0 or a negated errno. */
  int notify(Device device, int code) {
    return write(device, 0, code, Headers.Out.BYTES + length);
  }

  private int write(Device device, long unique, int error, int bytes) {
    memory.set(ValueLayout.JAVA_INT, Headers.Out.LEN, bytes);
    memory.set(ValueLayout.JAVA_INT, Headers.Out.ERROR, error);
    memory.set(ValueLayout.JAVA_LONG, Headers.Out.UNIQUE, unique);
    return device.write(memory, bytes);
  }
}
