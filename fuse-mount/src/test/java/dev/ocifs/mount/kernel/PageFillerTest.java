package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel is given besides the answers to short reads. */
@Timeout(60)
class PageFillerTest {
  private static final int PAGE = 4096;
  private static final byte[] CONTENT = new byte[700_000];

  /** A view whose file is decoded in one piece, and at hand up to some position. */
  private static final class Decoding extends FakeImageView {
    ByteRange decoded = new ByteRange(0, CONTENT.length);
    long atHand = CONTENT.length;

    @Override
    public Optional<ByteRange> decodedWith(long inode, long pos) {
      return Optional.of(decoded);
    }

    @Override
    public int readAtHand(long inode, long pos, MemorySegment dst) throws IOException {
      return pos + dst.byteSize() <= atHand ? read(inode, pos, dst) : -1;
    }
  }

  private final Decoding view = new Decoding();
  private final FakeImageView.Node file = view.file(view.root, "file", 0644, CONTENT);
  private final FakeDevice device = new FakeDevice();

  /** As another thread would, but at once. */
  private final Executor another =
      task -> {
        Thread thread = Thread.ofPlatform().start(task);
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      };

  @BeforeEach
  void randomContent() {
    new Random(1).nextBytes(CONTENT);
  }

  private List<FakeReply> messagesOf(long pos, int size, Executor executor) {
    new SlowReads(view, new Failures("test"), executor, thread -> false)
        .start(device, 77, 0, file.inode, pos, size);
    assertThat(device.replies().get(0).unique()).as("the answer comes first").isEqualTo(77);
    return device.replies().subList(1, device.replyCount());
  }

  /** Checks that the messages hold consecutive content, and tells from where to where. */
  private ByteRange range(List<FakeReply> messages) {
    long start = messages.get(0).longAt(Results.NotifyStore.OFFSET);
    long at = start;
    for (FakeReply message : messages) {
      assertThat(message.unique()).isZero();
      assertThat(-message.errno()).isEqualTo(PageFiller.FUSE_NOTIFY_STORE);
      assertThat(message.length()).isEqualTo(message.bytes().length);
      assertThat(message.longAt(Results.NotifyStore.NODEID)).isEqualTo(file.inode);
      assertThat(message.longAt(Results.NotifyStore.OFFSET)).isEqualTo(at);
      int size = message.intAt(Results.NotifyStore.SIZE);
      byte[] body = message.body();
      assertThat(Arrays.copyOfRange(body, Results.NotifyStore.BYTES, body.length))
          .isEqualTo(Arrays.copyOfRange(CONTENT, (int) at, (int) at + size));
      at += size;
    }
    return new ByteRange(start, at);
  }

  @Test
  void theRestOfWhatWasDecodedGoesToTheKernel() {
    assertThat(range(messagesOf(5 * PAGE, PAGE, another)))
        .isEqualTo(new ByteRange(0, CONTENT.length));
  }

  @Test
  void allWhoWaitForASpanHaveItGivenOnceAndLaterReadsAnew() {
    List<Runnable> waiting = new ArrayList<>();
    SlowReads reads = new SlowReads(view, new Failures("test"), waiting::add, thread -> false);
    for (int round = 1; round <= 2; round++) {
      for (int i = 0; i < 8; i++) {
        reads.start(device, 100 + i, 0, file.inode, (long) i * PAGE, PAGE);
      }
      waiting.forEach(another::execute);
      waiting.clear();
      List<FakeReply> messages =
          device.replies().stream().filter(message -> message.unique() == 0).toList();
      assertThat(device.replyCount() - messages.size()).isEqualTo(8 * round);
      int each = messages.size() / round;
      assertThat(range(messages.subList((round - 1) * each, messages.size())))
          .isEqualTo(new ByteRange(0, CONTENT.length));
    }
  }

  @Test
  void manySpansAreEachGiven() {
    List<Runnable> waiting = new ArrayList<>();
    SlowReads reads = new SlowReads(view, new Failures("test"), waiting::add, thread -> false);
    for (int i = 0; i < 40; i++) {
      reads.start(device, 100 + i, 0, file.inode, 4L * i * PAGE, PAGE);
    }
    for (int i = 0; i < 40; i++) {
      view.decoded = new ByteRange(4L * i * PAGE, 4L * (i + 1) * PAGE);
      another.execute(waiting.get(i));
    }
    List<FakeReply> messages =
        device.replies().stream().filter(message -> message.unique() == 0).toList();
    assertThat(range(messages)).isEqualTo(new ByteRange(0, 160L * PAGE));
  }

  @Test
  void pagesThatAreDecodedInPartAreLeftOut() {
    view.decoded = new ByteRange(PAGE + 1, 9 * PAGE - 1);
    assertThat(range(messagesOf(5 * PAGE, PAGE, another)))
        .isEqualTo(new ByteRange(2 * PAGE, 8 * PAGE));
  }

  @Test
  void longReadsAndFilesThatWereReadWholeGetNothingMore() {
    assertThat(messagesOf(0, 1 << 20, another)).isEmpty();
    view.decoded = new ByteRange(0, PAGE);
    assertThat(messagesOf(0, PAGE, another)).noneMatch(message -> message.unique() == 0);
  }

  @Test
  void whatIsNoLongerAtHandEndsIt() {
    view.atHand = 300_000;
    assertThat(range(messagesOf(0, PAGE, another)).end()).isLessThanOrEqualTo(300_000);
  }

  @Test
  void aKernelThatKnowsTheFileNoMoreIsSentNoMore() {
    device.noteErrno = Errno.ENOENT;
    assertThat(messagesOf(0, PAGE, another)).isEmpty();
    assertThat(device.refusedNotes).isOne();
  }

  @Test
  void aServingThreadNeverWaitsForPages() {
    assertThat(messagesOf(5 * PAGE, PAGE, Runnable::run)).isEmpty();
  }
}
