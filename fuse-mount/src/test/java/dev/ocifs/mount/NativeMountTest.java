package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of mounts that the kernel serves alone. */
@Timeout(60)
class NativeMountTest {
  @TempDir Path temp;
  private final MountOptions options = MountOptions.defaults();
  private final FakeImageView view = new FakeNativeBackend.Willing();

  @BeforeEach
  void root() throws IOException {
    Machine.assumeMountable(temp);
    assumeTrue(Machine.isRoot(), "only root may mount so");
  }

  private MountRequest request(MountOptions with) {
    return new MountRequest(view, temp, "some image", with);
  }

  @Test
  void endsWhenAnybodyUnmountsIt() throws Exception {
    try (Mounter mounter = new Mounter()) {
      Mount mount = mounter.mount(request(options.withBackend(FakeNativeBackend.NAME)));
      assertThat(mount.isNative()).isTrue();
      CompletableFuture<Void> ended = new CompletableFuture<>();
      mount.whenEnded(() -> ended.complete(null));
      assertThat(ended).isNotDone();
      Machine.run("umount", temp.toString());
      ended.get();
      mounter.awaitNone();
    }
  }

  @Test
  void isUndoneWhenItCannotBeWatched() throws Exception {
    IOException cause = new IOException("no more descriptors");
    Mounter.Watcher blind =
        dir -> {
          assertThat(MountTable.at(dir)).isPresent();
          throw cause;
        };
    for (String backend : new String[] {FakeNativeBackend.NAME, MountOptions.AUTO}) {
      try (Mounter mounter = new Mounter(blind)) {
        assertThatThrownBy(() -> mounter.mount(request(options.withBackend(backend))))
            .isInstanceOf(OcifsException.class)
            .hasCause(cause)
            .hasNoSuppressedExceptions()
            .hasMessageContaining("cannot watch the mount at " + temp.toRealPath());
        assertThat(mounter.mounts()).isEmpty();
      }
      assertThat(MountTable.at(temp)).isEmpty();
    }
  }

  @Test
  void isUndoneWhenNoThreadCanBeHadToWatchIt() throws Exception {
    Mounter.Watcher poor =
        dir -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    try (Mounter mounter = new Mounter(poor)) {
      assertThatThrownBy(() -> mounter.mount(request(options.withBackend(FakeNativeBackend.NAME))))
          .hasRootCauseInstanceOf(OutOfMemoryError.class);
    }
    assertThat(MountTable.at(temp)).isEmpty();
  }
}
