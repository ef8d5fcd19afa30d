package dev.ocifs.oci.lazy;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which units of a blob are here: bits in a mapped file that all processes share; FORMAT.md in this
 * folder has the grammar. Safe for any number of threads and processes; after {@link #close} all
 * calls fail with {@link IllegalStateException}.
 */
final class PresenceMap implements Closeable {
  static final int UNIT_BYTES = 64 << 10;

  private static final int HEADER_BYTES = 64;
  private static final int SUMMED_BYTES = 24;
  private static final int GATE_AT = 32;
  private static final int VERSION = 2;
  private static final long MAGIC = 0x5041_4d53_4649_434fL; // "OCIFSMAP"
  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final Arena arena;
  private final MemorySegment bytes;
  private final int units;
  private final WriteGate gate;

  private PresenceMap(Arena arena, MemorySegment bytes, int units) {
    this.arena = arena;
    this.bytes = bytes;
    this.units = units;
    gate = new WriteGate(bytes.asSlice(GATE_AT, Long.BYTES));
  }

  /** The number of units of a blob. */
  static int units(long blobBytes) {
    return Math.toIntExact((blobBytes + UNIT_BYTES - 1) / UNIT_BYTES);
  }

  private static long fileBytes(long blobBytes) {
    return HEADER_BYTES + (units(blobBytes) + 63L) / 64 * Long.BYTES;
  }

  /** The file of a map in which nothing is here. */
  static ByteBuffer empty(long blobBytes) {
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(fileBytes(blobBytes)));
    file.put(header(blobBytes));
    return file.rewind();
  }

  private static byte[] header(long blobBytes) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MAGIC).putInt(VERSION).putInt(UNIT_BYTES).putLong(blobBytes);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, SUMMED_BYTES);
    return header.putInt((int) crc.getValue()).array();
  }

  /** Maps the map of a blob of that size; null when there is none, or it is not of this form. */
  static @Nullable PresenceMap open(Path file, long blobBytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != fileBytes(blobBytes)) {
        return null;
      }
      Arena arena = Arena.ofShared();
      PresenceMap map = null;
      try {
        MemorySegment bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
        PresenceMap found = new PresenceMap(arena, bytes, units(blobBytes));
        map = found.isOf(blobBytes) ? found : null;
        return map;
      } finally {
        if (map == null) {
          arena.close();
        }
      }
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private boolean isOf(long blobBytes) {
    MemorySegment expected = MemorySegment.ofArray(header(blobBytes));
    boolean header = MemorySegment.mismatch(bytes, 0, GATE_AT, expected, 0, GATE_AT) < 0;
    long behind = units % 64 == 0 ? 0 : -1L << units;
    return header && (behind == 0 || (word(units) & behind) == 0);
  }

  private static long at(int unit) {
    return HEADER_BYTES + (long) (unit >>> 6) * Long.BYTES;
  }

  private long word(int unit) {
    return (long) WORD.getAcquire(bytes, at(unit));
  }

  /** Through which all go that write units. */
  WriteGate gate() {
    return gate;
  }

  int units() {
    return units;
  }

  boolean has(int unit) {
    return (word(unit) & 1L << unit) != 0;
  }

  /** The first unit in {@code [from, to)} that is not here; {@code to} when all are. */
  int firstMissing(int from, int to) {
    for (int unit = from; unit < to; unit = (unit | 63) + 1) {
      long missing = ~word(unit) & -1L << unit;
      if (missing != 0) {
        return Math.min(to, (unit & ~63) + Long.numberOfTrailingZeros(missing));
      }
    }
    return to;
  }

  int count() {
    int count = 0;
    for (int unit = 0; unit < units; unit += 64) {
      count += Long.bitCount(word(unit));
    }
    return count;
  }

  /** Says that the bytes of a unit were written; returns whether somebody had said so before. */
  boolean set(int unit) {
    return ((long) WORD.getAndBitwiseOr(bytes, at(unit), 1L << unit) & 1L << unit) != 0;
  }

  void clear(int unit) {
    long ignored = (long) WORD.getAndBitwiseAnd(bytes, at(unit), ~(1L << unit));
  }

  @Override
  public void close() {
    arena.close();
  }
}
