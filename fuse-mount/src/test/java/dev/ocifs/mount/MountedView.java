package dev.ocifs.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mounts a made-up view through a backend, and undoes it after each test. */
@Timeout(60)
public abstract class MountedView {
  @TempDir protected Path temp;
  protected final FakeImageView view = new FakeImageView();
  protected final Mounter mounter = new Mounter();

  /** The name of the backend under test. */
  protected abstract String backend();

  @BeforeEach
  void needsFuse() throws IOException {
    Machine.assumeMountable(temp);
  }

  @AfterEach
  void unmountAll() {
    mounter.close();
  }

  protected Path mount() throws IOException {
    return mount("image", defaults()).dir();
  }

  protected MountOptions defaults() {
    return MountOptions.defaults().withBackend(backend());
  }

  protected Mount mount(String image, MountOptions options) throws IOException {
    Path dir = Files.createTempDirectory(temp, "mnt");
    return mounter.mount(new MountRequest(view, dir, image, options));
  }

  /** The threads that serve a directory. */
  protected static List<Thread> serving(Path dir) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(dir.toString()))
        .toList();
  }
}
