package dev.ocifs.layerfs.profile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes the frame of FORMAT.md. Not thread-safe. */
final class FrameWriter {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 16;
  static final int CRC_BYTES = 4;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  FrameWriter(String magic, int count) {
    bytes.writeBytes(magic.getBytes(StandardCharsets.US_ASCII));
    u32(VERSION);
    u32(count);
  }

  void u8(int value) {
    bytes.write(value);
  }

  void u32(int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.write(value >>> shift);
    }
  }

  void f32(float value) {
    u32(Float.floatToIntBits(value));
  }

  void varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      bytes.write((int) rest | 0x80);
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  static long fold(long value) {
    return value << 1 ^ value >> 63;
  }

  /** The whole file. */
  byte[] finish() {
    CRC32C crc = new CRC32C();
    crc.update(bytes.toByteArray());
    u32((int) crc.getValue());
    return bytes.toByteArray();
  }
}
