package dev.ocifs.layerfs.format;

import java.nio.charset.StandardCharsets;

/**
 * A kind of sectioned file: what its first eight bytes are and which versions this program can
 * read.
 *
 * @param magic the first eight bytes, ASCII
 * @param name what the file is, for messages: "layer index"
 * @param oldest the oldest version that can be read
 * @param version the version that is written, and the newest that can be read
 */
public record FileFormat(String magic, String name, int oldest, int version) {

  /** Bytes before the first section. */
  static final int HEADER_BYTES = 64;

  /** Bytes that one checksum covers. */
  static final int BLOCK_BYTES = 64 * 1024;

  /** Bytes of one row of the section table. */
  static final int ROW_BYTES = 24;

  /** Bytes at the very end. */
  static final int TRAILER_BYTES = 40;

  public FileFormat {
    if (magic.length() != 8) {
      throw new IllegalArgumentException("a magic has eight characters: " + magic);
    }
  }

  long magicNumber() {
    byte[] bytes = magic.getBytes(StandardCharsets.US_ASCII);
    long number = 0;
    for (int i = 7; i >= 0; i--) {
      number = number << 8 | bytes[i];
    }
    return number;
  }
}
