package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.kernel.Init.Flag;
import dev.ocifs.oci.OcifsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a session connects, serves, and ends, with a test in the kernel's place. */
@Timeout(60)
class KernelSessionTest {
  private static final int ALL = -1;

  private final FakeImageView view = new FakeImageView();
  private final FakeDevice device = new FakeDevice();
  private final KernelSession session =
      new KernelSession(
          new MountRequest(view, Path.of("/nowhere"), "test", MountOptions.defaults()), device);

  @Test
  void takesWhatItWantsOfWhatANewKernelOffers() throws Exception {
    device.send(FakeRequest.init(7, 45, ALL, ALL));
    Negotiation negotiation = session.connect(false);
    FakeReply reply = device.await(1);

    assertThat(reply.errno()).isZero();
    assertThat(reply.body()).hasSize(Init.Out.BYTES);
    assertThat(reply.intAt(Init.Out.MAJOR)).isEqualTo(7);
    assertThat(reply.intAt(Init.Out.MINOR)).isEqualTo(40);
    assertThat(reply.intAt(Init.Out.MAX_READAHEAD)).isEqualTo(128 << 10);
    assertThat(reply.shortAt(Init.Out.MAX_PAGES)).isEqualTo(256);
    assertThat(reply.shortAt(Init.Out.MAX_BACKGROUND)).isEqualTo(64);
    assertThat(reply.intAt(Init.Out.TIME_GRAN)).isEqualTo(1);
    assertThat(reply.intAt(Init.Out.MAX_WRITE)).isEqualTo(4096);
    assertThat(Integer.toUnsignedLong(reply.intAt(Init.Out.FLAGS)))
        .isEqualTo(
            Flag.ASYNC_READ
                | Flag.EXPORT_SUPPORT
                | Flag.DO_READDIRPLUS
                | Flag.READDIRPLUS_AUTO
                | Flag.NO_OPEN_SUPPORT
                | Flag.PARALLEL_DIROPS
                | Flag.ABORT_ERROR
                | Flag.MAX_PAGES
                | Flag.CACHE_SYMLINKS
                | Flag.NO_OPENDIR_SUPPORT
                | Flag.EXPLICIT_INVAL_DATA
                | Flag.INIT_EXT);
    assertThat(reply.intAt(Init.Out.FLAGS2)).isZero();
    assertThat(negotiation.withoutOpen()).isTrue();
    assertThat(negotiation.withoutOpendir()).isTrue();
  }

  @Test
  void asksAnOldKernelForNothingThatItDoesNotOffer() throws Exception {
    int offered = (int) (Flag.ASYNC_READ | Flag.PARALLEL_DIROPS | Flag.INIT_EXT) | 1 << 1;
    byte[] shortInit =
        FakeRequest.of(Opcode.INIT, 1, 0).putInt(7).putInt(31).putInt(4096).putInt(offered).build();
    device.send(shortInit);
    Negotiation negotiation = session.connect(false);
    FakeReply reply = device.await(1);

    assertThat(reply.intAt(Init.Out.MINOR)).isEqualTo(31);
    assertThat(reply.intAt(Init.Out.FLAGS))
        .isEqualTo((int) (Flag.ASYNC_READ | Flag.PARALLEL_DIROPS));
    assertThat(negotiation.withoutOpen()).isFalse();
    assertThat(negotiation.withoutOpendir()).isFalse();
  }

  @Test
  void aKernelOfALaterMajorVersionIsToldOurs() throws Exception {
    device.send(FakeRequest.init(8, 0, 0, 0));
    device.send(FakeRequest.of(Opcode.GETATTR, 5, 1).zeros(16).build());
    byte[] again = FakeRequest.init(7, 40, 0, 0);
    again[Headers.In.UNIQUE] = 9;
    device.send(again);
    assertThat(session.connect(false).minor()).isEqualTo(40);

    assertThat(device.await(1).intAt(Init.Out.MAJOR)).isEqualTo(7);
    assertThat(device.await(5).errno()).isEqualTo(Errno.EIO);
    assertThat(device.await(9).errno()).isZero();
  }

  @Test
  void aKernelThatIsTooOldIsRefusedWithAHint() throws Exception {
    device.send(FakeRequest.init(7, 30, 0, 0));
    assertThatThrownBy(() -> session.connect(false))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("older FUSE protocol than 7.31")
        .hasMessageContaining("--backend jnr");
    assertThat(device.await(1).errno()).isEqualTo(Errno.EPROTO);
  }

  @Test
  void anEndBeforeTheBeginningIsAnError() {
    device.end(Errno.ENODEV);
    assertThatThrownBy(() -> session.connect(false))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("ended the connection before it was used");
  }

  private void serve(int threads) throws Exception {
    device.send(FakeRequest.init(7, 40, ALL, 0));
    session.serve(session.connect(false), threads);
  }

  @Test
  void everyThreadAnswersOverTheDeviceThatItReads() throws Exception {
    serve(2);
    FakeDevice other = device.other(0);
    device.send(FakeRequest.of(Opcode.GETATTR, 2, 1).zeros(16).build());
    other.send(FakeRequest.of(Opcode.GETATTR, 4, 1).zeros(16).build());
    other.send(new byte[] {1, 2, 3}); // no header: nobody to answer
    other.send(FakeRequest.of(Opcode.STATFS, 6, 1).build());

    assertThat(device.await(2).errno()).isZero();
    assertThat(other.await(4).errno()).isZero();
    assertThat(other.await(6).errno()).isZero();
    assertThat(session.ended()).isNotDone();
    device.end(Errno.ENODEV);
    session.ended().get();
    assertThat(device.closed).isTrue();
    assertThat(other.closed).isTrue();
  }

  @Test
  void readsThatWaitKeepNothingElseFromBeingServed() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    long slow =
        view.file(
                view.root,
                "slow",
                0644,
                4096,
                (pos, dst) -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  dst.fill((byte) 8);
                })
            .inode;
    long quick = view.file(view.root, "quick", 0644, new byte[] {9}).inode;
    serve(1);
    for (int i = 0; i < 10; i++) {
      device.send(FakeRequest.read(100 + i, slow, 0, 4096));
    }
    device.send(FakeRequest.read(200, quick, 0, 4096));
    device.send(FakeRequest.of(Opcode.GETATTR, 202, 1).zeros(16).build());

    assertThat(device.await(200).body()).containsExactly(9);
    assertThat(device.await(202).errno()).isZero();
    assertThat(device.reply(100)).isNull();
    device.end(Errno.ENODEV);
    assertThat(session.ended()).as("ended while reads are under way").isNotDone();
    go.countDown();
    session.ended().get();
    for (int i = 0; i < 10; i++) {
      assertThat(device.await(100 + i).body()).hasSize(4096).containsOnly(8);
    }
  }

  /** Reads that run when the test says so. */
  private final List<Runnable> queued = new ArrayList<>();

  private final AtomicBoolean dying = new AtomicBoolean();
  private final SlowReads reads =
      new SlowReads(view, new Failures("test"), queued::add, thread -> thread == 42 && dying.get());

  @Test
  void aReaderThatDiesIsAnsweredAtOnceAndOnce() {
    long file = view.file(view.root, "file", 0644, new byte[10]).inode;
    dying.set(true);
    reads.start(device, 2, 42, file, 0, 4096);
    assertThat(device.replyCount()).isZero();
    reads.interrupt(2);
    assertThat(device.reply(2)).isNotNull();
    assertThat(device.last().errno()).isEqualTo(Errno.EINTR);
    queued.forEach(Runnable::run);
    reads.interrupt(2);
    assertThat(device.replyCount()).isOne();
  }

  @Test
  void aReaderThatOnlyGotASignalGetsItsBytes() {
    long file = view.file(view.root, "file", 0644, new byte[10]).inode;
    reads.start(device, 2, 42, file, 0, 4096);
    reads.interrupt(2);
    assertThat(device.replyCount()).isZero();
    queued.forEach(Runnable::run);
    assertThat(device.last().body()).hasSize(10);
  }

  @Test
  void anInterruptThatOvertakesItsReadCountsToo() {
    long file = view.file(view.root, "file", 0644, new byte[10]).inode;
    dying.set(true);
    reads.interrupt(2);
    reads.start(device, 2, 42, file, 0, 4096);
    assertThat(device.last().errno()).isEqualTo(Errno.EINTR);
    reads.start(device, 4, 43, file, 0, 4096);
    for (int i = 0; i < 1000; i++) {
      reads.interrupt(1000 + i); // of reads that were answered long ago
    }
    queued.forEach(Runnable::run);
    assertThat(device.last().unique()).isEqualTo(4);
    assertThat(device.last().body()).hasSize(10);
  }
}
