package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests as the kernel makes them, and the answers as it sees them. */
abstract class ProtocolContract {
  static final long UNIQUE = 77;
  static final int OFFERED = -1; // all flags
  static final byte[] CONTENT = "the content of a file".getBytes(StandardCharsets.US_ASCII);
  final FakeImageView view = new FakeImageView();
  final FakeDevice device = new FakeDevice();
  final FakeImageView.Node dir = view.dir(view.root, "dir", 0755);
  final FakeImageView.Node file =
      view.file(dir, "file", 0640, CONTENT)
          .owner(7, 0xfffffff0)
          .time(-5, 999)
          .xattr("user.a", CONTENT);
  Negotiation negotiation = negotiation(OFFERED);
  private final OpenFiles openFiles = new OpenFiles(view);
  static final FakeReply NONE = new FakeReply(new byte[0]);

  static Negotiation negotiation(int flags) {
    Request request = request(FakeRequest.init(7, 40, flags, 0));
    return Negotiation.of(request, false);
  }

  static Request request(byte[] bytes) {
    Request request = new Request();
    MemorySegment.copy(bytes, 0, request.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.received(bytes.length);
    return request;
  }

  /** The answer to a request; null when there is none. */
  FakeReply ask(byte[] bytes) {
    Request request = request(bytes);
    Reply reply = new Reply();
    Failures failures = new Failures("test");
    SlowReads slow = new SlowReads(view, failures, Runnable::run, thread -> false);
    Protocol protocol =
        new Protocol(view, failures, negotiation, slow, openFiles, device, request, reply);
    int before = device.replyCount();
    int errno = protocol.answer();
    if (errno != Protocol.SILENT) {
      assertThat(reply.send(device, request.unique(), errno)).isZero();
    }
    if (device.replyCount() == before) {
      return NONE;
    }
    FakeReply answer = device.last();
    assertThat(answer.length()).isEqualTo(answer.bytes().length);
    assertThat(answer.unique()).isEqualTo(request.unique());
    if (answer.errno() != 0) {
      assertThat(answer.body()).isEmpty();
    }
    return answer;
  }

  static FakeRequest request(int opcode, long inode) {
    return FakeRequest.of(opcode, UNIQUE, inode);
  }

  int errno(FakeRequest request) {
    return ask(request.build()).errno();
  }

  void assertFile(FakeReply reply, int at) {
    assertThat(reply.longAt(at + Results.Attr.INO)).isEqualTo(file.inode);
    assertThat(reply.longAt(at + Results.Attr.SIZE)).isEqualTo(CONTENT.length);
    assertThat(reply.longAt(at + Results.Attr.BLOCKS)).isEqualTo(1);
    for (int time : List.of(Results.Attr.ATIME, Results.Attr.MTIME, Results.Attr.CTIME)) {
      assertThat(reply.longAt(at + time)).isEqualTo(-5);
    }
    for (int nanos :
        List.of(Results.Attr.ATIMENSEC, Results.Attr.MTIMENSEC, Results.Attr.CTIMENSEC)) {
      assertThat(reply.intAt(at + nanos)).isEqualTo(999);
    }
    assertThat(reply.intAt(at + Results.Attr.MODE)).isEqualTo(Attributes.S_IFREG | 0640);
    assertThat(reply.intAt(at + Results.Attr.NLINK)).isEqualTo(1);
    assertThat(reply.intAt(at + Results.Attr.UID)).isEqualTo(7);
    assertThat(reply.intAt(at + Results.Attr.GID)).isEqualTo(0xfffffff0);
    assertThat(reply.intAt(at + Results.Attr.RDEV)).isZero();
    assertThat(reply.intAt(at + Results.Attr.BLKSIZE)).isEqualTo(4096);
  }
}
