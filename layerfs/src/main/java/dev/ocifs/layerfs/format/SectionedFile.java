package dev.ocifs.layerfs.format;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A sectioned file, mapped for reading; FORMAT.md in this folder has the grammar.
 *
 * <p>Opening checks header, table and trailer and costs the same for any size; each 64 KiB block of
 * the body is checked against its CRC-32C when it is first touched, so no byte of it is used
 * unchecked. Too new, too old and damaged are three different errors. Safe for any number of
 * threads; {@link #close} unmaps, after which reads fail with {@link IllegalStateException}.
 */
public final class SectionedFile implements Closeable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Where a piece of a section lies in the file. */
  public record Piece(int id, long offset, long length) {}

  private final Path path;
  private final FileFormat format;
  private final Arena arena;
  private final MemorySegment bytes;
  private final long bodyBytes;
  private final long checksumsAt;
  private final long[] checked;
  private final List<Piece> pieces;

  private SectionedFile(Path path, FileFormat format, Arena arena, MemorySegment bytes)
      throws OcifsException {
    this.path = path;
    this.format = format;
    this.arena = arena;
    this.bytes = bytes;
    long size = bytes.byteSize();
    if (size < FileFormat.HEADER_BYTES + FileFormat.TRAILER_BYTES
        || bytes.get(LONG, 0) != format.magicNumber()) {
      throw damaged("it is not a " + format.name());
    }
    int version = bytes.get(INT, 8);
    if (version > format.version()) {
      throw otherVersion(version, "newer", "use that version of ocifs, or delete the file");
    }
    if (version < format.oldest()) {
      throw otherVersion(version, "older", "delete the file: it is made again when needed");
    }
    long trailer = size - FileFormat.TRAILER_BYTES;
    if (bytes.get(LONG, size - 8) != format.magicNumber()) {
      throw damaged("its end is missing");
    }
    bodyBytes = bytes.get(LONG, trailer);
    int sections = bytes.get(INT, trailer + 8);
    int blocks = bytes.get(INT, trailer + 12);
    checksumsAt = bodyBytes + (long) sections * FileFormat.ROW_BYTES;
    boolean shape =
        sections >= 0
            && bodyBytes >= FileFormat.HEADER_BYTES
            && blocks == (bodyBytes + FileFormat.BLOCK_BYTES - 1) / FileFormat.BLOCK_BYTES
            && checksumsAt + (long) blocks * Integer.BYTES == trailer;
    if (!shape || bytes.get(LONG, size - 16) != crc(bodyBytes, size - 16 - bodyBytes)) {
      throw damaged("its table does not match its checksum");
    }
    checked = new long[(blocks + 63) / 64];
    pieces = new ArrayList<>(sections);
    for (int i = 0; i < sections; i++) {
      long row = bodyBytes + (long) i * FileFormat.ROW_BYTES;
      pieces.add(
          new Piece(bytes.get(INT, row), bytes.get(LONG, row + 8), bytes.get(LONG, row + 16)));
    }
  }

  /**
   * Maps a file.
   *
   * @throws NoSuchFileException when there is none
   * @throws OcifsException {@code STORE} when it is too new, too old or damaged
   */
  public static SectionedFile open(Path path, FileFormat format) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return open(channel, path, format);
    }
  }

  /**
   * Maps a file that is open already, and may not be at its place yet.
   *
   * @param channel stays the caller's, who may close it before the mapping
   * @param path what errors call it
   * @throws OcifsException {@code STORE} when it is too new, too old or damaged
   */
  public static SectionedFile open(FileChannel channel, Path path, FileFormat format)
      throws IOException {
    // Behind the opening: closing an arena stops every thread, and many files are not there.
    Arena arena = Arena.ofShared();
    SectionedFile file = null;
    try {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      file = new SectionedFile(path, format, arena, bytes);
      return file;
    } finally {
      if (file == null) {
        arena.close();
      }
    }
  }

  public Path path() {
    return path;
  }

  /** The size of the file in bytes. */
  public long size() {
    return bytes.byteSize();
  }

  /** All pieces of a section, in the order in which they were written. */
  public List<Piece> pieces(int id) {
    List<Piece> found = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.id == id) {
        found.add(piece);
      }
    }
    return found;
  }

  /** The only piece of a section. */
  public Piece section(int id) throws OcifsException {
    List<Piece> found = pieces(id);
    if (found.size() != 1) {
      throw damaged("it has " + found.size() + " sections " + id);
    }
    return found.get(0);
  }

  public byte getByte(long offset) throws OcifsException {
    check(offset, 1);
    return bytes.get(ValueLayout.JAVA_BYTE, offset);
  }

  public int getInt(long offset) throws OcifsException {
    check(offset, Integer.BYTES);
    return bytes.get(INT, offset);
  }

  public long getLong(long offset) throws OcifsException {
    check(offset, Long.BYTES);
    return bytes.get(LONG, offset);
  }

  public void get(long offset, byte[] dst, int off, int len) throws OcifsException {
    check(offset, len);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, dst, off, len);
  }

  /**
   * Compares {@code len} bytes at {@code offset} with {@code other}, as unsigned bytes, the shorter
   * first when one is a prefix.
   */
  public int compare(long offset, int len, byte[] other) throws OcifsException {
    check(offset, len);
    int n = Math.min(len, other.length);
    for (int i = 0; i < n; i++) {
      int diff = (bytes.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff) - (other[i] & 0xff);
      if (diff != 0) {
        return diff;
      }
    }
    return len - other.length;
  }

  /** Checks every block now. */
  public void checkAll() throws OcifsException {
    for (long at = 0; at < bodyBytes; at += FileFormat.BLOCK_BYTES) {
      check(at, 1);
    }
  }

  /** The error that says that this file is damaged. */
  public OcifsException damaged(String how) {
    return new OcifsException(
            OcifsException.Kind.STORE, format.name() + " " + path + " is damaged: " + how)
        .hint("delete the file: it is made again when needed");
  }

  private OcifsException otherVersion(int version, String than, String advice) {
    return new OcifsException(
            OcifsException.Kind.STORE,
            format.name()
                + " "
                + path
                + " has version "
                + version
                + ", "
                + than
                + " than this program reads ("
                + format.version()
                + ")")
        .hint(advice);
  }

  private void check(long offset, long len) throws OcifsException {
    if (offset < 0 || len < 0 || offset > bodyBytes - len) {
      throw damaged("it refers to byte " + offset + " of " + bodyBytes);
    }
    if (len == 0) {
      return;
    }
    int last = (int) ((offset + len - 1) / FileFormat.BLOCK_BYTES);
    for (int block = (int) (offset / FileFormat.BLOCK_BYTES); block <= last; block++) {
      // Racing threads may check a block twice; none reads it before a check has succeeded.
      if (((long) BITS.getOpaque(checked, block >> 6) & 1L << block) == 0) {
        checkBlock(block);
      }
    }
  }

  private void checkBlock(int block) throws OcifsException {
    long at = (long) block * FileFormat.BLOCK_BYTES;
    long crc = crc(at, Math.min(FileFormat.BLOCK_BYTES, bodyBytes - at));
    if ((int) crc != bytes.get(INT, checksumsAt + (long) block * Integer.BYTES)) {
      throw damaged("block " + block + " does not match its checksum");
    }
    BITS.getAndBitwiseOr(checked, block >> 6, 1L << block);
  }

  private long crc(long offset, long len) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asSlice(offset, len).asByteBuffer());
    return crc.getValue();
  }

  @Override
  public void close() {
    arena.close();
  }
}
