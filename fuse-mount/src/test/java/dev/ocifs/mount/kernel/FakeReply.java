package dev.ocifs.mount.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** An answer as the kernel would see it. */
@SuppressWarnings("ArrayRecordComponent")
record FakeReply(byte[] bytes) {
  private ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  int length() {
    return buffer().getInt(Headers.Out.LEN);
  }

  int errno() {
    return -buffer().getInt(Headers.Out.ERROR);
  }

  long unique() {
    return buffer().getLong(Headers.Out.UNIQUE);
  }

  byte[] body() {
    return Arrays.copyOfRange(bytes, Headers.Out.BYTES, bytes.length);
  }

  int intAt(int offset) {
    return buffer().getInt(Headers.Out.BYTES + offset);
  }

  int shortAt(int offset) {
    return buffer().getShort(Headers.Out.BYTES + offset) & 0xffff;
  }

  long longAt(int offset) {
    return buffer().getLong(Headers.Out.BYTES + offset);
  }
}
