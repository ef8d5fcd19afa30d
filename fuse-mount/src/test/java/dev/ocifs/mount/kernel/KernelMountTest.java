package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.FakeImageView;
import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountContract;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The kernel's protocol, spoken directly, does what every backend must do, and more. */
class KernelMountTest extends MountContract {
  @Override
  protected String backend() {
    return "kernel";
  }

  @Test
  void whatMountRefusesIsAnErrorAndLeavesNoThread() {
    Path absent = temp.resolve("absent");
    MountRequest request = new MountRequest(view, absent, "name", MountOptions.defaults());

    assertThatThrownBy(() -> new KernelFuseBackend().start(request))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("image name: cannot mount at " + absent);
    assertThat(serving(absent)).isEmpty();
  }

  @Test
  void fusermountMountsToo() throws Exception {
    view.file(view.root, "file", 0644, new byte[100]);
    Path dir = Files.createDirectory(temp.resolve("by fusermount"));
    MountRequest request = new MountRequest(view, dir, "oci:/a, b\\c:tag", MountOptions.defaults());
    FuseBackend.Session session = KernelFuseBackend.serve(request, Mounting.byFusermount(request));
    try {
      MountTable.Entry entry = MountTable.at(dir).orElseThrow();
      assertThat(entry.isOcifs()).isTrue();
      assertThat(entry.source()).isEqualTo("oci:/a, b\\c:tag");
      assertThat(entry.options()).contains("ro").contains("nosuid").contains("nodev");
      assertThat(Files.readAllBytes(dir.resolve("file"))).hasSize(100);
    } finally {
      Unmounter.unmount(dir, false);
    }
    session.ended().get();
  }

  @Test
  void whatFusermountSaysIsInTheError() {
    MountRequest request =
        new MountRequest(view, temp.resolve("absent"), "x", MountOptions.defaults());
    assertThatThrownBy(() -> Mounting.byFusermount(request))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("No such file or directory");
  }

  /** A file whose reads wait for the latch. */
  private FakeImageView.Node waiting(String name, CountDownLatch go) {
    return view.file(view.root, name, 0644, 4096, (pos, dst) -> await(go, dst));
  }

  private static void await(CountDownLatch go, MemorySegment dst) throws IOException {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    dst.fill((byte) 1);
  }

  @Test
  void readersThatWaitKeepNobodyElseWaiting() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    view.file(view.root, "quick", 0644, new byte[10]);
    List<Process> readers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      waiting("slow" + i, go);
    }
    Path at = mount();
    for (int i = 0; i < 12; i++) {
      readers.add(new ProcessBuilder("cat", at.resolve("slow" + i).toString()).start());
    }
    assertThat(Files.readAllBytes(at.resolve("quick"))).hasSize(10);
    assertThat(at.resolve("slow3")).hasSize(4096);
    assertThat(readers).allMatch(Process::isAlive);
    go.countDown();
    for (Process reader : readers) {
      assertThat(reader.getInputStream().readAllBytes()).hasSize(4096).containsOnly(1);
      assertThat(reader.waitFor()).isZero();
    }
  }

  @Test
  void aReaderThatIsKilledEndsThoughItsReadDoesNot() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Semaphore reading = new Semaphore(0);
    view.file(
        view.root,
        "slow",
        0644,
        4096,
        (pos, dst) -> {
          reading.release();
          await(go, dst);
        });
    Path at = mount();
    try {
      for (String signal : List.of("KILL", "TERM")) {
        Process reader = new ProcessBuilder("cat", at.resolve("slow").toString()).start();
        reading.acquire();
        new ProcessBuilder("kill", "-" + signal, Long.toString(reader.pid())).start().waitFor();
        assertThat(reader.waitFor(20, TimeUnit.SECONDS)).as(signal).isTrue();
      }
    } finally {
      go.countDown();
    }
  }

  @Test
  void theKernelAsksOnceForWhatDoesNotChange() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    view.file(
        view.root,
        "file",
        0644,
        4096,
        (pos, dst) -> {
          reads.incrementAndGet();
          dst.fill((byte) 1);
        });
    Path at = mount();
    for (int i = 0; i < 5; i++) {
      assertThat(Files.readAllBytes(at.resolve("file"))).hasSize(4096).containsOnly(1);
    }
    assertThat(reads).hasValue(1);
  }
}
