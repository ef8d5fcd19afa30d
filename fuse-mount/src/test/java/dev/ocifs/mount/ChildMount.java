package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Stdio;
import java.nio.file.Path;

/** A process that mounts a small tree and serves it until it is told to end. */
final class ChildMount {
  private ChildMount() {}

  /** Arguments: the mount point, a folder of the registry, a log file. */
  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[0]);
    FakeImageView view = new FakeImageView();
    view.file(view.root, "file", 0644, new byte[500_000]);
    Mounter mounter = new Mounter();
    mounter.closeOnShutdown();
    Mount mount = mounter.mount(new MountRequest(view, dir, "child", MountOptions.defaults()));
    new MountRegistry(Path.of(args[1])).register(dir, "child", "jnr", Path.of(args[2]));
    System.out.println("mounted");
    Stdio.redirectTo(Path.of(args[2]));
    System.out.println("detached");
    mount.awaitUnmounted();
  }
}
