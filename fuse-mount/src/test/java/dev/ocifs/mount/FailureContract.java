package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What goes wrong behind a mount of any backend, or is refused, and what goes on beside it. */
abstract class FailureContract extends MountedView {
  private static final byte[] NOTHING = {};

  @Test
  void nothingCanBeChanged() throws Exception {
    view.file(view.root, "file", 0666, NOTHING);
    Path at = mount();
    assertAllRefused(at);
    if (Machine.isRoot()) {
      Machine.run("mount", "-i", "-o", "remount,rw", at.toString());
      assertThat(MountTable.at(at).orElseThrow().options()).startsWith("rw");
      assertAllRefused(at);
    }
  }

  private static void assertAllRefused(Path at) throws IOException {
    Path file = at.resolve("file");
    List<Callable<?>> changes =
        List.of(
            () -> Files.writeString(file, "x"),
            () -> append(file),
            () -> Files.createFile(at.resolve("new")),
            () -> Files.createDirectory(at.resolve("new")),
            () -> Files.createSymbolicLink(at.resolve("new"), file),
            () -> Files.createLink(at.resolve("new"), file),
            () -> Files.move(file, at.resolve("new")),
            () -> Files.deleteIfExists(file),
            () -> Files.setAttribute(file, "unix:mode", 0600),
            () -> Files.setAttribute(file, "unix:uid", 1),
            () -> Files.setLastModifiedTime(file, FileTime.fromMillis(0)),
            () -> Files.setAttribute(file, "user:name", ByteBuffer.allocate(1)));
    for (int i = 0; i < changes.size(); i++) {
      assertThatThrownBy(changes.get(i)::call)
          .as("change %d", i)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Read-only file system");
    }
    assertThat(file).isEmptyFile();
  }

  /** Opening alone changes nothing: a backend that is not asked about it cannot refuse it. */
  private static int append(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.write(ByteBuffer.allocate(1));
    }
  }

  @Test
  void readersOverlap() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    for (int i = 0; i < 4; i++) {
      byte mark = (byte) i;
      view.file(
          view.root,
          "file" + i,
          0644,
          4096,
          (pos, dst) -> {
            try {
              both.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
              throw new IOException("no second reader came", e);
            }
            dst.fill(mark);
          });
    }
    Path at = mount();
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      List<Future<byte[]>> contents = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Path file = at.resolve("file" + i);
        contents.add(readers.submit(() -> Files.readAllBytes(file)));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(contents.get(i).get()).hasSize(4096).containsOnly(i);
      }
    }
  }

  @Test
  void aFailingViewGivesAnErrorAndTheMountLivesOn() throws Exception {
    List<Throwable> failures =
        List.of(
            new OcifsException(OcifsException.Kind.STORE, "span 3 of the layer is damaged"),
            new IOException("input or output"),
            new IllegalStateException("closed"),
            new NullPointerException("a mistake"),
            new StackOverflowError("too deep"));
    for (int i = 0; i < failures.size(); i++) {
      Throwable failure = failures.get(i);
      view.file(view.root, "bad" + i, 0644, 10, (pos, dst) -> sneak(failure));
    }
    view.file(view.root, "good", 0644, new byte[10]);
    Path at = mount();

    for (int i = 0; i < failures.size(); i++) {
      Path bad = at.resolve("bad" + i);
      assertThatThrownBy(() -> Files.readAllBytes(bad)).hasMessageContaining("Input/output error");
      assertThat(Files.readAllBytes(at.resolve("good"))).hasSize(10);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }
}
