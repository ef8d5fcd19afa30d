package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.WholeFiles;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel is told to read by itself, and until when. */
class OpenFilesTest {
  private static final int O_WRONLY = 1;

  /** Files of their own that the test makes come and go. */
  private static final class FakeWholeFiles extends FakeImageView implements WholeFiles {
    final Map<Long, Path> files = new HashMap<>();
    final List<Long> read = new ArrayList<>();
    boolean begun;

    @Override
    public Optional<WholeFiles> wholeFiles() {
      return Optional.of(this);
    }

    @Override
    public void begin() {
      begun = true;
    }

    @Override
    public @Nullable Path find(long inode) {
      return files.get(inode);
    }

    @Override
    public void wasRead(long inode) {
      read.add(inode);
    }
  }

  private final FakeWholeFiles view = new FakeWholeFiles();
  private final FakeImageView.Node first = view.file(view.root, "first", 0644, new byte[10_000]);
  private final FakeImageView.Node second = view.file(view.root, "second", 0644, new byte[10]);
  private final FakeDevice device = new FakeDevice();
  private final OpenFiles open = new OpenFiles(view);
  private final Request request = new Request();
  private final Reply reply = new Reply();
  private final Negotiation negotiation = negotiation(true);
  private final Protocol protocol =
      new Protocol(
          view,
          new Failures("test"),
          negotiation,
          new SlowReads(view, new Failures("test"), Runnable::run, thread -> false),
          open,
          device,
          request,
          reply);

  private static Negotiation negotiation(boolean passThrough) {
    Request init = new Request();
    fill(init, FakeRequest.init(7, 40, -1, -1));
    return Negotiation.of(init, passThrough);
  }

  private static void fill(Request request, byte[] bytes) {
    MemorySegment.copy(bytes, 0, request.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.received(bytes.length);
  }

  private FakeReply ask(FakeRequest asked) {
    fill(request, asked.build());
    assertThat(reply.send(device, request.unique(), protocol.answer())).isZero();
    return device.last();
  }

  private FakeReply open(FakeImageView.Node file, int flags) {
    return ask(FakeRequest.of(Opcode.OPEN, 5, file.inode).putInt(flags).putInt(0));
  }

  private FakeReply open(FakeImageView.Node file) {
    return open(file, 0);
  }

  private void release(FakeImageView.Node file) {
    assertThat(ask(FakeRequest.of(Opcode.RELEASE, 6, file.inode).zeros(24)).errno()).isZero();
  }

  private static int flags(FakeReply reply) {
    assertThat(reply.errno()).isZero();
    return reply.intAt(Results.Open.OPEN_FLAGS);
  }

  private static int backing(FakeReply reply) {
    assertThat(flags(reply)).isEqualTo(Results.Open.FOPEN_PASSTHROUGH);
    return reply.intAt(Results.Open.BACKING_ID);
  }

  @BeforeEach
  void begin() {
    assertThat(view.begun).isFalse();
    open.begin();
    assertThat(view.begun).isTrue();
    view.files.put(first.inode, Path.of("/store/first"));
  }

  @Test
  void passthroughIsAgreedToWhereItIsWanted() {
    assertThat(negotiation.passesThrough()).isTrue();
    assertThat(negotiation(false).passesThrough()).isFalse();
    Request init = new Request();
    fill(init, FakeRequest.init(7, 40, -1, -1));
    reply.clear();
    negotiation.put(init, reply);
    assertThat(reply.send(device, 1, 0)).isZero();
    assertThat(device.last().intAt(Init.Out.MAX_STACK_DEPTH)).isOne();
    assertThat(device.last().intAt(Init.Out.FLAGS2)).isEqualTo(1 << 5);
  }

  @Test
  void allOpensOfAnInodeShareOneNumberWhichGoesWithTheLast() {
    int id = backing(open(first));
    assertThat(backing(open(first))).isEqualTo(id);
    assertThat(device.backings).containsExactly(Map.entry(id, Path.of("/store/first")));

    release(first);
    assertThat(device.backings).containsKey(id);
    release(first);
    assertThat(device.backings).isEmpty();

    assertThat(backing(open(first))).isGreaterThan(id);
  }

  @Test
  void whatIsOpenStaysAsItIsWhateverComesOrGoes() {
    assertThat(flags(open(second))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    view.files.put(second.inode, Path.of("/store/second"));
    assertThat(flags(open(second))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    int id = backing(open(first));
    view.files.clear();
    assertThat(backing(open(first))).isEqualTo(id);

    view.files.put(second.inode, Path.of("/store/second"));
    release(second);
    release(second);
    assertThat(backing(open(second))).isPositive();
  }

  @Test
  void anOpenThatItsProgramDidNotLiveToHaveIsNone() {
    int id = backing(open(first));
    protocol.notTaken();
    assertThat(device.backings).doesNotContainKey(id);
    protocol.notTaken(); // of the request before
  }

  @Test
  void writingIsRefusedAndCountsAsNoOpen() {
    assertThat(open(first, O_WRONLY).errno()).isEqualTo(Errno.EROFS);
    protocol.notTaken();
    assertThat(device.backings).isEmpty();
    assertThat(ask(FakeRequest.of(Opcode.OPEN, 5, 99).zeros(8)).errno()).isEqualTo(Errno.ENOENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EPERM, Errno.ELOOP, Errno.EINVAL})
  void aKernelThatRefusesAltogetherIsAskedNoMore(int errno) {
    assertThat(flags(open(second))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    device.backingErrno = errno;
    assertThat(flags(open(first))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);

    device.backingErrno = 0;
    assertThat(open(first).errno()).isEqualTo(Errno.ENOSYS);
    release(first);
    release(second);
    assertThat(device.backings).isEmpty();
  }

  @Test
  void aFileThatHasGoneIsReadWithout() {
    device.backingErrno = Errno.ENOENT;
    assertThat(flags(open(first))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    release(first);
    device.backingErrno = 0;
    assertThat(backing(open(first))).isPositive();
  }

  @Test
  void whatWasReadToItsEndIsSaidOnce() {
    view.files.clear();
    assertThat(flags(open(first))).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    fill(request, FakeRequest.read(7, first.inode, 0, 8192));
    protocol.answer();
    assertThat(view.read).isEmpty();
    fill(request, FakeRequest.read(7, first.inode, 8192, 8192));
    protocol.answer();
    protocol.answer();
    assertThat(view.read).containsExactly(first.inode);
  }
}
