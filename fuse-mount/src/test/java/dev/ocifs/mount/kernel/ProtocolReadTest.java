package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is opened, read and sought in. */
class ProtocolReadTest extends ProtocolContract {
  @Test
  void readlink() {
    long link = view.symlink(view.root, "link", "../to\u00ff").inode;
    assertThat(ask(request(Opcode.READLINK, link).build()).body())
        .isEqualTo("../to\u00ff".getBytes(StandardCharsets.ISO_8859_1));
    long longest = view.symlink(view.root, "long", "x".repeat(4095)).inode;
    assertThat(ask(request(Opcode.READLINK, longest).build()).body()).hasSize(4095);
    long tooLong = view.symlink(view.root, "longer", "x".repeat(4096)).inode;
    assertThat(errno(request(Opcode.READLINK, tooLong))).isEqualTo(Errno.ENAMETOOLONG);
  }

  @Test
  void openIsNotAskedTwice() {
    FakeRequest reading = request(Opcode.OPEN, file.inode).zeros(8);
    assertThat(errno(reading)).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.OPENDIR, 1).zeros(8))).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.FLUSH, file.inode).zeros(24))).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.OPEN, file.inode).putInt(1).putInt(0))).isEqualTo(Errno.EROFS);
    assertThat(errno(request(Opcode.OPEN, file.inode).putInt(2).putInt(0))).isEqualTo(Errno.EROFS);
  }

  @Test
  void aKernelThatInsistsMayOpenAndKeepsItsCaches() {
    negotiation = negotiation(0);
    FakeReply opened = ask(request(Opcode.OPEN, file.inode).zeros(8).build());
    assertThat(opened.body()).hasSize(Results.Open.BYTES);
    assertThat(opened.intAt(Results.Open.OPEN_FLAGS)).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    FakeReply listed = ask(request(Opcode.OPENDIR, 1).zeros(8).build());
    assertThat(listed.intAt(Results.Open.OPEN_FLAGS))
        .isEqualTo(Results.Open.FOPEN_KEEP_CACHE | Results.Open.FOPEN_CACHE_DIR);
    assertThat(ask(request(Opcode.RELEASE, file.inode).zeros(24).build()).body()).isEmpty();
    assertThat(errno(request(Opcode.RELEASEDIR, 1).zeros(24))).isZero();
  }

  @Test
  void readGivesWhatThereIs() {
    assertThat(ask(FakeRequest.read(2, file.inode, 0, 4096)).body()).isEqualTo(CONTENT);
    assertThat(ask(FakeRequest.read(3, file.inode, 4, 7)).body())
        .isEqualTo(Arrays.copyOfRange(CONTENT, 4, 11));
    assertThat(ask(FakeRequest.read(4, file.inode, CONTENT.length, 4096)).body()).isEmpty();
    assertThat(ask(FakeRequest.read(5, file.inode, Long.MAX_VALUE, 4096)).body()).isEmpty();
  }

  @Test
  void readGivesNoMoreThanWasAgreed() {
    long huge =
        view.file(view.root, "huge", 0600, 1L << 40, (pos, dst) -> dst.fill((byte) 3)).inode;
    assertThat(ask(FakeRequest.read(2, huge, 0, -1)).body())
        .hasSize(Reply.MAX_CONTENT_BYTES)
        .containsOnly(3);
    assertThat(ask(FakeRequest.read(3, huge, 1L << 39, 4096)).body()).hasSize(4096);
  }

  @Test
  void aFailingReadIsAnInputOutputError() {
    long bad =
        view.file(
                view.root,
                "bad",
                0600,
                10,
                (pos, dst) -> {
                  throw new IOException("damaged");
                })
            .inode;
    assertThat(ask(FakeRequest.read(2, bad, 0, 4096)).errno()).isEqualTo(Errno.EIO);
  }

  @Test
  void seekFindsDataAndHoles() {
    assertThat(seek(5, 3).longAt(Results.Lseek.OFFSET)).isEqualTo(5);
    assertThat(seek(5, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(CONTENT.length);
    assertThat(seek(CONTENT.length, 3).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(CONTENT.length, 4).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(-1, 3).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(0, 0).errno()).isEqualTo(Errno.EINVAL);
    file.data(4, 8);
    assertThat(seek(2, 3).longAt(Results.Lseek.OFFSET)).isEqualTo(4);
    assertThat(seek(2, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(2);
    assertThat(seek(5, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(8);
    assertThat(seek(8, 3).errno()).isEqualTo(Errno.ENXIO);
  }

  private FakeReply seek(long pos, int whence) {
    return ask(
        request(Opcode.LSEEK, file.inode).putLong(0).putLong(pos).putInt(whence).putInt(0).build());
  }

  /** A view like an opened image: what it answers from memory costs no object. */
  private static final class ThriftyView extends FakeImageView {
    @Override
    public long lookup(long directory, byte[] name) {
      return 2;
    }

    @Override
    public int readAtHand(long inode, long pos, MemorySegment dst) {
      dst.fill((byte) 1);
      return (int) dst.byteSize();
    }
  }

  @Test
  void whatProgramsAskOftenAllocatesNothing() {
    ThriftyView thrifty = new ThriftyView();
    thrifty.file(thrifty.root, "file", 0644, new byte[1 << 20]);
    Failures failures = new Failures("test");
    SlowReads slow = new SlowReads(thrifty, failures, Runnable::run, thread -> false);
    Request request = new Request();
    Reply reply = new Reply();
    Protocol protocol =
        new Protocol(
            thrifty, failures, negotiation, slow, new OpenFiles(thrifty), device, request, reply);
    List<byte[]> asked =
        List.of(
            request(Opcode.LOOKUP, 1).name("some name").build(),
            request(Opcode.LOOKUP, 1).name("another").build(),
            request(Opcode.GETATTR, 2).zeros(16).build(),
            request(Opcode.OPEN, 2).zeros(8).build(),
            FakeRequest.read(2, 2, 8192, 4096),
            FakeRequest.read(2, 2, 0, 128 << 10),
            request(Opcode.ACCESS, 2).putInt(4).putInt(0).build(),
            request(Opcode.RELEASE, 2).zeros(24).build(),
            request(Opcode.FORGET, 2).zeros(8).build());
    long perRound = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 20 && perRound > 0; attempt++) { // classes load at first
      perRound = allocatedBy(protocol, request, asked);
    }
    assertThat(perRound).as("bytes allocated by %d requests", 100 * asked.size()).isZero();
  }

  private static long allocatedBy(Protocol protocol, Request request, List<byte[]> asked) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[][] requests = asked.toArray(byte[][]::new);
    long before = threads.getCurrentThreadAllocatedBytes();
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      for (byte[] bytes : requests) {
        MemorySegment.copy(bytes, 0, request.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        request.received(bytes.length);
        refused += protocol.answer() > 0 ? 1 : 0;
      }
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(refused).as("OPEN alone").isEqualTo(100);
    return allocated;
  }
}
