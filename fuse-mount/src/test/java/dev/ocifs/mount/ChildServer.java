package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Stdio;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that mounts a small tree and serves it until it is told to end. Reads of the file
 * "waiting" open the FIFO "begun" beside the log, and wait until the FIFO "go" is opened there.
 */
public final class ChildServer {
  private ChildServer() {}

  /** Arguments: backend, mount point, folder of the registry, log. */
  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[1]);
    Path log = Path.of(args[3]);
    FakeImageView view = new FakeImageView();
    view.file(view.root, "file", 0644, 1 << 20, (pos, dst) -> dst.fill((byte) 1));
    view.file(
        view.root,
        "waiting",
        0644,
        4096,
        (pos, dst) -> {
          Files.newOutputStream(log.resolveSibling("begun")).close();
          Files.readAllBytes(log.resolveSibling("go"));
          dst.fill((byte) 2);
        });
    MountOptions options = MountOptions.defaults().withBackend(args[0]);
    Mounter mounter = new Mounter();
    mounter.closeOnShutdown();
    Mount mount = mounter.mount(new MountRequest(view, dir, "child", options));
    new MountRegistry(Path.of(args[2])).register(dir, "child", args[0], log);
    System.out.println("mounted");
    Stdio.redirectTo(log);
    System.out.println("input: " + System.in.read());
    System.err.println("errors too");
    mount.awaitUnmounted();
  }
}
