package dev.ocifs.layerfs.format;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes a sectioned file from its first byte to its last, in constant memory; FORMAT.md in this
 * folder has the grammar.
 *
 * <p>Sections follow each other; the same identifier may be used again, which continues that
 * section in another piece. The channel stays the caller's, who makes the file durable and visible.
 * Not thread-safe.
 */
public final class SectionedFileWriter {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private record Piece(int id, long offset, long length) {}

  private final FileChannel channel;
  private final FileFormat format;
  private final byte[] block = new byte[FileFormat.BLOCK_BYTES];
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Integer> checksums = new ArrayList<>();
  private final byte[] scratch = new byte[10];
  private int used;
  private long flushed;
  private int section = -1;
  private long sectionStart;

  public SectionedFileWriter(FileChannel channel, FileFormat format) throws IOException {
    this.channel = channel;
    this.format = format;
    putLong(format.magicNumber());
    putInt(format.version());
    putInt(FileFormat.BLOCK_BYTES);
    pad(FileFormat.HEADER_BYTES);
  }

  /** The offset in the file of the next byte. */
  public long position() {
    return flushed + used;
  }

  /** Begins a piece of a section at a multiple of 64 bytes. */
  public void begin(int id) throws IOException {
    if (section >= 0) {
      throw new IllegalStateException("section " + section + " is not ended");
    }
    pad(64);
    section = id;
    sectionStart = position();
  }

  /** Ends the piece. */
  public void end() {
    if (section < 0) {
      throw new IllegalStateException("no section has begun");
    }
    pieces.add(new Piece(section, sectionStart, position() - sectionStart));
    section = -1;
  }

  public void putByte(int value) throws IOException {
    if (used == block.length) {
      flush();
    }
    block[used++] = (byte) value;
  }

  public void putInt(int value) throws IOException {
    if (used + Integer.BYTES <= block.length) {
      INT.set(block, used, value);
      used += Integer.BYTES;
    } else {
      INT.set(scratch, 0, value);
      put(scratch, 0, Integer.BYTES);
    }
  }

  public void putLong(long value) throws IOException {
    if (used + Long.BYTES <= block.length) {
      LONG.set(block, used, value);
      used += Long.BYTES;
    } else {
      LONG.set(scratch, 0, value);
      put(scratch, 0, Long.BYTES);
    }
  }

  public void put(byte[] bytes, int off, int len) throws IOException {
    int from = off;
    int left = len;
    while (left > 0) {
      if (used == block.length) {
        flush();
      }
      int n = Math.min(left, block.length - used);
      System.arraycopy(bytes, from, block, used, n);
      used += n;
      from += n;
      left -= n;
    }
  }

  /** Fills up with zeros to a multiple of {@code alignment}. */
  public void pad(int alignment) throws IOException {
    while (position() % alignment != 0) {
      putByte(0);
    }
  }

  /** Writes the section table, the checksums and the trailer. Nothing can be written afterwards. */
  public void finish() throws IOException {
    pad(8);
    long body = position();
    flush();
    int bytes =
        pieces.size() * FileFormat.ROW_BYTES
            + checksums.size() * Integer.BYTES
            + FileFormat.TRAILER_BYTES;
    ByteBuffer tail = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (Piece piece : pieces) {
      tail.putInt(piece.id).putInt(0).putLong(piece.offset).putLong(piece.length);
    }
    for (int checksum : checksums) {
      tail.putInt(checksum);
    }
    tail.putLong(body).putInt(pieces.size()).putInt(checksums.size());
    tail.putInt(format.version()).putInt(0);
    CRC32C crc = new CRC32C();
    crc.update(tail.array(), 0, tail.position());
    tail.putLong(crc.getValue()).putLong(format.magicNumber());
    tail.flip();
    write(tail);
  }

  private void flush() throws IOException {
    if (used == 0) {
      return;
    }
    CRC32C crc = new CRC32C();
    crc.update(block, 0, used);
    checksums.add((int) crc.getValue());
    write(ByteBuffer.wrap(block, 0, used));
    flushed += used;
    used = 0;
  }

  private void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new OcifsException(
              OcifsException.Kind.STORE, "cannot write " + format.name() + ": " + e.getMessage(), e)
          .hint("make room on the disk of the store, or choose another with --root");
    }
  }
}
