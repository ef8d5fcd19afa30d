package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MounterTest {
  @TempDir Path temp;
  private final FakeImageView view = new FakeImageView();

  @Test
  void anUnknownBackendIsAWrongCall() {
    MountOptions options = MountOptions.defaults().withBackend("none");
    assertThatThrownBy(() -> new Mounter().mount(new MountRequest(view, temp, "x", options)))
        .hasMessageContaining("no backend is called none; choose one of: auto, kernel, jnr, ")
        .hasMessageContaining(", erofs");
  }

  @Test
  void closingUnmountsAllAndEndsMounting() throws IOException {
    Machine.assumeMountable(temp);
    Mounter mounter = new Mounter();
    List<Mount> mounts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      mounts.add(mounter.mount(request()));
    }
    for (Mount mount : mounts) {
      assertThat(MountTable.at(mount.dir())).isPresent();
    }
    mounter.close();
    mounter.close();

    for (Mount mount : mounts) {
      assertThat(MountTable.at(mount.dir())).isEmpty();
    }
    assertThatThrownBy(() -> mounter.mount(request())).isInstanceOf(IllegalStateException.class);
  }

  private MountRequest request() throws IOException {
    Path dir = Files.createTempDirectory(temp, "mnt");
    return new MountRequest(view, dir, "x", MountOptions.defaults());
  }

  @Test
  void onlyMountsOfOcifsAreUnmounted() {
    assertThatThrownBy(() -> Unmounter.unmount(Path.of("/proc"), true))
        .hasMessageContaining("is a mount of proc, not of ocifs");
    assertThatThrownBy(() -> Unmounter.unmount(temp, true))
        .hasMessageContaining("nothing is mounted at " + temp);
    assertThat(Path.of("/proc/self")).exists();
  }
}
