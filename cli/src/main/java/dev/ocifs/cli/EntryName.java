package dev.ocifs.cli;

import dev.ocifs.oci.Printable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Names of files in images, which are bytes, as text. */
final class EntryName {
  private EntryName() {}

  /** As text that a terminal can show: what is not UTF-8 or would control it is escaped. */
  static String printable(byte[] name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer chars = CharBuffer.allocate(name.length);
    StringBuilder text = new StringBuilder(name.length);
    while (true) {
      CoderResult result = decoder.decode(in, chars, true);
      chars.flip();
      text.append(Printable.escape(chars.toString()));
      chars.clear();
      if (!result.isError()) {
        return text.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        text.append("\\x").append(HexFormat.of().toHexDigits(in.get()));
      }
      decoder.reset();
    }
  }
}
