package dev.ocifs.mount.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds requests as the kernel sends them. */
final class FakeRequest {
  private static final int ROOM = 1024;

  private final ByteBuffer bytes = ByteBuffer.allocate(ROOM).order(ByteOrder.nativeOrder());

  private FakeRequest() {}

  static FakeRequest of(int opcode, long unique, long inode) {
    FakeRequest request = new FakeRequest();
    request.bytes.putInt(Headers.In.OPCODE, opcode);
    request.bytes.putLong(Headers.In.UNIQUE, unique);
    request.bytes.putLong(Headers.In.NODEID, inode);
    request.bytes.position(Headers.In.BYTES);
    return request;
  }

  static byte[] init(int major, int minor, int flags, int flags2) {
    return of(Opcode.INIT, 1, 0)
        .putInt(major)
        .putInt(minor)
        .putInt(128 << 10)
        .putInt(flags)
        .putInt(flags2)
        .zeros(44)
        .build();
  }

  static byte[] read(long unique, long inode, long offset, int size) {
    return of(Opcode.READ, unique, inode).reading(offset, size).build();
  }

  /** The body of READ, READDIR and READDIRPLUS. */
  FakeRequest reading(long offset, int size) {
    return putLong(0).putLong(offset).putInt(size).zeros(20);
  }

  FakeRequest user(int number) {
    bytes.putInt(Headers.In.UID, number);
    return this;
  }

  FakeRequest thread(int number) {
    bytes.putInt(Headers.In.PID, number);
    return this;
  }

  FakeRequest putInt(int value) {
    bytes.putInt(value);
    return this;
  }

  FakeRequest putLong(long value) {
    bytes.putLong(value);
    return this;
  }

  FakeRequest zeros(int count) {
    bytes.put(new byte[count]);
    return this;
  }

  /** A name, a char a byte, and its zero. */
  FakeRequest name(String name) {
    bytes.put(name.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
    return this;
  }

  byte[] build() {
    bytes.putInt(Headers.In.LEN, bytes.position());
    byte[] request = new byte[bytes.position()];
    bytes.get(0, request);
    return request;
  }
}
