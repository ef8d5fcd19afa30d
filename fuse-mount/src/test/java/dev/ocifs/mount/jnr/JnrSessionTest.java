package dev.ocifs.mount.jnr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.FakeImageView;
import dev.ocifs.mount.Machine;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JnrSessionTest {
  @TempDir Path temp;

  /** The machine may have no thread left, for the first or for any further one. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aThreadThatCannotBeStartedLeavesNeitherMountNorThread(int allowed) throws Exception {
    Machine.assumeMountable(temp);
    List<Thread> threads = new CopyOnWriteArrayList<>();
    ThreadFactory few =
        task -> {
          if (threads.size() == allowed) {
            throw new OutOfMemoryError("no thread left, says the test");
          }
          Thread thread = Thread.ofPlatform().daemon().unstarted(task);
          threads.add(thread);
          return thread;
        };
    MountRequest request =
        new MountRequest(new FakeImageView(), temp, "name", MountOptions.defaults());
    LibFuse2 libfuse = LibraryLoader.create(LibFuse2.class).load("libfuse.so.2");
    JnrSession session = new JnrSession(libfuse, request, few);

    assertThatThrownBy(session::start).hasMessage("no thread left, says the test");

    assertThat(MountTable.at(temp)).isEmpty();
    assertThat(session.ended()).isDone();
    assertThat(threads).hasSize(allowed);
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
