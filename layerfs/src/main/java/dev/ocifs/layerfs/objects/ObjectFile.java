package dev.ocifs.layerfs.objects;

import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;

/** Reads and writes the file of one span; see FORMAT.md. */
final class ObjectFile {
  static final int HEADER_BYTES = 40;
  private static final long MAGIC = 0x4e_41_50_53_46_49_43_4fL; // "OCIFSPAN", little-endian
  private static final int VERSION = 1;
  private static final int CRC_AT = 36;

  private ObjectFile() {}

  /** The size of the file of a span that is stored like this. */
  static long size(Packing.Packed packed) {
    return HEADER_BYTES + (long) packed.length();
  }

  /**
   * Writes the file of a span and puts it in its place, without waiting for the disk: what a crash
   * leaves of it is found out by its checksums.
   */
  static void write(Store store, Path file, SpanKey key, int crc, Packing.Packed packed)
      throws IOException {
    byte[] raw = new byte[HEADER_BYTES];
    ByteBuffer header = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MAGIC).putInt(VERSION).putInt(packed.method());
    header.putLong(key.start()).putInt(key.length()).putInt(packed.length()).putInt(crc);
    header.putInt(headerCrc(key, raw));
    try (PendingFile pending = store.create(file)) {
      pending.write(header.flip());
      pending.write(ByteBuffer.wrap(packed.bytes(), 0, packed.length()));
      pending.publish();
    }
  }

  /**
   * Fills {@code dst} with the span.
   *
   * @return false when the file is not what was written for this key, or its content has another
   *     checksum; any of {@code dst} may have changed then
   * @throws IOException when it cannot be read
   */
  static boolean read(Path file, SpanKey key, int crc, byte[] dst) throws IOException {
    return read(file, key, OptionalInt.of(crc), length -> dst);
  }

  /**
   * Whether the file is what was written for this key, with this checksum of its content or, when
   * none is known, with the one that it names.
   *
   * @throws IOException when it cannot be read
   */
  static boolean isSound(Path file, SpanKey key, OptionalInt crc) throws IOException {
    return read(file, key, crc, byte[]::new);
  }

  private static boolean read(
      Path file, SpanKey key, OptionalInt promised, IntFunction<byte[]> memory) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] raw = new byte[HEADER_BYTES];
      ByteBuffer header = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
      long size = channel.size();
      if (size < HEADER_BYTES) {
        return false;
      }
      fill(channel, header);
      int method = header.getInt(12);
      int stored = header.getInt(28);
      int crc = promised.orElse(header.getInt(32));
      if (header.getLong(0) != MAGIC
          || header.getInt(8) != VERSION
          || header.getLong(16) != key.start()
          || header.getInt(24) != key.length()
          || header.getInt(32) != crc
          || header.getInt(CRC_AT) != headerCrc(key, raw)
          || stored < 0
          || stored > key.length()
          || size != HEADER_BYTES + (long) stored) {
        return false;
      }
      byte[] dst = memory.apply(key.length());
      return content(channel, method, stored, key.length(), dst) && crcOf(dst, key.length()) == crc;
    } catch (EOFException e) {
      return false; // it was cut while it was read
    }
  }

  private static boolean content(
      FileChannel channel, int method, int stored, int length, byte[] dst) throws IOException {
    if (method == Packing.RAW && stored == length) {
      fill(channel, ByteBuffer.wrap(dst, 0, length));
      return true;
    }
    if (method != Packing.ZSTD) {
      return false;
    }
    byte[] packed = new byte[stored]; // at most the span's own length
    fill(channel, ByteBuffer.wrap(packed));
    return Packing.unpack(packed, dst, length);
  }

  private static void fill(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
  }

  static int crcOf(byte[] content, int length) {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, length);
    return (int) crc.getValue();
  }

  /** Covers the layer's name, too, so that a file in another's place is no one's. */
  private static int headerCrc(SpanKey key, byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(key.diffId().toString().getBytes(StandardCharsets.US_ASCII));
    crc.update(header, 0, CRC_AT);
    return (int) crc.getValue();
  }
}
