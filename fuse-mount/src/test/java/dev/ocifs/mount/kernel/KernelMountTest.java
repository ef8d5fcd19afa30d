package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.FakeImageView;
import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountContract;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.mount.internal.ffm.Descriptors;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The kernel's protocol, spoken directly, does what every backend must do, and more. */
class KernelMountTest extends MountContract {
  private static final int PAGE_BYTES = 4096;

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

  /** Decodes its files whole, at the first read of each. */
  private static final class Decoding extends FakeImageView {
    final AtomicInteger reads = new AtomicInteger();

    @Override
    public int read(long inode, long pos, MemorySegment dst) throws IOException {
      reads.incrementAndGet();
      return super.read(inode, pos, dst);
    }

    @Override
    public Optional<ByteRange> decodedWith(long inode, long pos) {
      return Optional.of(new ByteRange(0, 1 << 20));
    }

    @Override
    public int readAtHand(long inode, long pos, MemorySegment dst) throws IOException {
      return reads.get() > 0 && dst.byteSize() > PAGE_BYTES ? super.read(inode, pos, dst) : -1;
    }
  }

  @Test
  void readsAroundOneThatDecodedAskNobody() throws Exception {
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    Decoding decoding = new Decoding();
    decoding.file(decoding.root, "file", 0644, content);
    Path dir = Files.createDirectory(temp.resolve("decodes"));
    MountRequest request = new MountRequest(decoding, dir, "x", MountOptions.defaults());
    FuseBackend.Session session = new KernelFuseBackend().start(request);
    try (FileChannel file = FileChannel.open(dir.resolve("file"))) {
      // Backwards: the kernel reads nothing ahead, and each page that it lacks is a request.
      for (int page = content.length / PAGE_BYTES - 1; page >= 0; page--) {
        ByteBuffer read = ByteBuffer.allocate(PAGE_BYTES);
        assertThat(file.read(read, (long) page * PAGE_BYTES)).isEqualTo(PAGE_BYTES);
        int at = page * PAGE_BYTES;
        assertThat(read.array()).isEqualTo(Arrays.copyOfRange(content, at, at + PAGE_BYTES));
      }
    } finally {
      Unmounter.unmount(dir, false);
    }
    session.ended().get();
    assertThat(decoding.reads.get()).isLessThan(content.length / PAGE_BYTES);
  }

  /** A connection that cannot be read any more once the test says so. */
  private record Breaking(Device device, AtomicBoolean broken) implements Device {
    @Override
    public int read(MemorySegment buffer) {
      int n = device.read(buffer);
      return broken.get() ? -Errno.EIO : n;
    }

    @Override
    public int write(MemorySegment buffer, long length) {
      return device.write(buffer, length);
    }

    @Override
    public Device another() {
      return new Breaking(device.another(), broken);
    }

    @Override
    public int openBacking(Path file) {
      return device.openBacking(file);
    }

    @Override
    public void closeBacking(int id) {
      device.closeBacking(id);
    }

    @Override
    public void close() throws IOException {
      device.close();
    }
  }

  @Test
  void aMountThatNobodyServesAnyMoreIsTakenAway() throws Exception {
    view.file(view.root, "file", 0644, new byte[100]);
    Path dir = Files.createDirectory(temp.resolve("breaks"));
    AtomicBoolean broken = new AtomicBoolean();
    MountRequest request = new MountRequest(view, dir, "x", MountOptions.defaults().withThreads(1));
    FuseBackend.Session session =
        KernelFuseBackend.serve(request, new Breaking(Mounting.mount(request), broken));
    assertThat(Files.readAllBytes(dir.resolve("file"))).hasSize(100);
    broken.set(true);
    assertThatThrownBy(() -> Files.size(dir.resolve("another"))).isInstanceOf(IOException.class);
    session.ended().get();
    try {
      assertThat(MountTable.at(dir)).isEmpty();
      assertThat(serving(dir)).isEmpty();
    } finally {
      if (MountTable.at(dir).isPresent()) {
        Unmounter.unmount(dir, true);
      }
    }
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
    List<String> signals = List.of("KILL", "TERM");
    for (String signal : signals) {
      view.file(
          view.root,
          signal,
          0644,
          4096,
          (pos, dst) -> {
            reading.release();
            await(go, dst);
          });
    }
    Path at = mount();
    try {
      for (String signal : signals) {
        // Direct reads are not readahead: the reader itself waits for the answer.
        Process reader =
            new ProcessBuilder("dd", "if=" + at.resolve(signal), "of=/dev/null", "iflag=direct")
                .start();
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

  @Test
  void filesThatAreReadThroughComeInLargePieces() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    int size = 16 << 20;
    view.file(
        view.root,
        "file",
        0644,
        size,
        (pos, dst) -> {
          reads.incrementAndGet();
          dst.fill((byte) 1);
        });
    Path at = mount();
    Path setting = ReadAhead.setting(MountTable.at(at).orElseThrow().device());
    assumeTrue(Files.isWritable(setting), "the readahead is not ours to set");

    assertThat(Files.readString(setting).strip()).isEqualTo("1024");
    assertThat(Files.readAllBytes(at.resolve("file"))).hasSize(size);
    assertThat(reads).hasValueLessThan(size / (256 << 10));
  }

  @Test
  void seeksFindTheDataOfSparseFiles() throws Throwable {
    long size = 8L << 40;
    long start = 5L << 40;
    view.file(view.root, "sparse", 0644, size, (pos, dst) -> dst.fill((byte) 0))
        .data(start, start + 4096);
    Path at = mount();
    MethodHandle lseek =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("lseek"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    int fd = Descriptors.open(at.resolve("sparse"), Descriptors.O_CLOEXEC);
    assertThat(fd).isPositive();
    try {
      assertThat((long) lseek.invokeExact(fd, 0L, 3)).as("data").isEqualTo(start);
      assertThat((long) lseek.invokeExact(fd, start, 4)).as("hole").isEqualTo(start + 4096);
      assertThat((long) lseek.invokeExact(fd, start + 4096, 3)).as("no data").isEqualTo(-1);
      assertThat((long) lseek.invokeExact(fd, 0L, 2)).as("end").isEqualTo(size);
    } finally {
      assertThat(Descriptors.close(fd)).isZero();
    }
  }
}
