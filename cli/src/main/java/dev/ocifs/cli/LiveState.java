package dev.ocifs.cli;

import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Checks what servers note of themselves: records of mounts, and the socket. */
final class LiveState {
  private final Store store;
  private final Problems problems;
  private boolean served;

  LiveState(Store store, Problems problems) {
    this.store = store;
    this.problems = problems;
  }

  /** Whether a process serves mounts of the store; known after {@link #check}. */
  boolean isServed() {
    return served;
  }

  void check() throws IOException {
    MountRegistry registry = new MountRegistry(store.mountsDir());
    for (MountRegistry.Record mount : registry.list()) {
      if (mount.isNative()) {
        continue; // whoever unmounts it need not tell us
      }
      if (mount.served()) {
        served = true;
      } else {
        problems.repairable(
            store.mountsDir().resolve(mount.id() + ".mount"),
            "process " + mount.pid() + " has ended without unmounting " + mount.dir(),
            "unmounted and forgotten",
            () -> registry.repair(mount));
      }
    }
    for (Path file : registry.unreadable()) {
      problems.repairable(
          file, "it is no record of a mount", "removed", () -> Files.deleteIfExists(file));
    }
    checkSocket();
  }

  /** Whoever serves at the socket holds the lock. */
  private void checkSocket() throws IOException {
    Optional<BuildLock> lock = store.tryLock(MountCommand.SERVER);
    if (lock.isEmpty()) {
      served = true;
      return;
    }
    Path socket = store.serverSocket();
    try (BuildLock held = lock.get()) {
      if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
        problems.repairable(
            socket,
            "its server has ended without removing it",
            "removed",
            () -> Files.deleteIfExists(socket));
      }
    }
  }
}
