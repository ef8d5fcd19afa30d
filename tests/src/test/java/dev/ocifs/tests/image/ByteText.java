package dev.ocifs.tests.image;

import java.nio.charset.StandardCharsets;

/**
 * Byte strings as the tests write them: a {@code String} in which each character, U+0000 to U+00FF,
 * is one byte. So they can be typed, compared and used as keys, and need not be UTF-8.
 */
public final class ByteText {
  private ByteText() {}

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  public static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The UTF-8 form of a text of any characters, as a byte string. */
  public static String utf8(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }
}
