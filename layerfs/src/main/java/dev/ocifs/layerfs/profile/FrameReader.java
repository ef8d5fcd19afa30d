package dev.ocifs.layerfs.profile;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Reads the frame of FORMAT.md, and nothing but that. Not thread-safe. */
final class FrameReader {
  /** A varint of 42 bits: the largest is a difference of spans, folded, with the bit below it. */
  private static final int MAX_VARINT_BYTES = 6;

  private final String name;
  private final ByteBuffer bytes;
  private final int count;

  /**
   * @param name what the file is, for messages
   * @param itemBytes the least that an item of the payload takes
   */
  FrameReader(byte[] file, String magic, String name, int itemBytes) throws OcifsException {
    this.name = name;
    int most = file.length - FrameWriter.CRC_BYTES;
    if (most < FrameWriter.HEADER_BYTES) {
      throw damaged("it has " + file.length + " bytes");
    }
    bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    byte[] found = new byte[8];
    bytes.get(found);
    if (!new String(found, StandardCharsets.ISO_8859_1).equals(magic)) {
      throw damaged("it does not begin with " + magic);
    }
    int version = bytes.getInt();
    if (version != FrameWriter.VERSION) {
      throw damaged("it is of version " + Integer.toUnsignedString(version));
    }
    CRC32C crc = new CRC32C();
    crc.update(file, 0, most);
    if ((int) crc.getValue() != bytes.getInt(most)) {
      throw damaged("its checksum is wrong");
    }
    count = bytes.getInt();
    bytes.limit(most);
    if (count < 0 || count > AccessTrace.MAX_EVENTS || count > bytes.remaining() / itemBytes) {
      throw damaged("it has " + Integer.toUnsignedString(count) + " events");
    }
  }

  /** The content of a file, of which more than {@code maxBytes} is an error. */
  static byte[] load(Path file, String name, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw error(name, "it is longer than " + maxBytes + " bytes");
      }
      return content;
    }
  }

  int count() {
    return count;
  }

  int u8() throws OcifsException {
    need(1);
    return bytes.get() & 0xFF;
  }

  float f32() throws OcifsException {
    need(4);
    return bytes.getFloat();
  }

  long varint() throws OcifsException {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      int next = u8();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        if (next == 0 && i > 0) {
          break;
        }
        return value;
      }
    }
    throw damaged("a number is too long");
  }

  static long unfold(long value) {
    return value >>> 1 ^ -(value & 1);
  }

  void end() throws OcifsException {
    if (bytes.hasRemaining()) {
      throw damaged(bytes.remaining() + " bytes too many");
    }
  }

  private void need(int more) throws OcifsException {
    if (bytes.remaining() < more) {
      throw damaged("it ends too early");
    }
  }

  OcifsException damaged(String what) {
    return error(name, what);
  }

  private static OcifsException error(String name, String what) {
    return new OcifsException(OcifsException.Kind.STORE, name + " is damaged: " + what)
        .hint("delete it, it is made anew");
  }
}
