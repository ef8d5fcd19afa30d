package dev.ocifs.tests.leaks;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountResult;
import dev.ocifs.mount.Mounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Mounts of real and of dead backends. Loaded with the woven classes. */
final class MountOperations {
  private static final long READING_SECONDS = 20;

  private MountOperations() {}

  static Operations.Work mounting(Path images) {
    return (library, store) -> {
      Path dir = Files.createDirectories(store.root().resolveSibling("mount"));
      // An error may end it with a mount on it: closing the mounter has to undo that.
      try (ImageView view = Operations.view(images, library, store);
          Mounter mounter = new Mounter()) {
        mounter.mount(new MountRequest(view, dir, "test", MountOptions.defaults())).close();
      }
    };
  }

  static Operations.Work mountingAll(Path images, boolean orNone) {
    return (library, store) -> {
      MountOptions options = MountOptions.defaults().withBackend(DeadMounts.NAME);
      List<MountRequest> requests = new ArrayList<>();
      List<MountResult> results;
      DeadMounts.offered = true;
      try (ImageView view = Operations.view(images, library, store);
          Mounter mounter = new Mounter()) {
        for (int i = 0; i < 3; i++) {
          Path dir = Files.createDirectories(store.root().resolveSibling("mount" + i));
          requests.add(new MountRequest(view, dir, "test", options));
        }
        results = mounter.mountAll(requests, orNone);
        long mounted = results.stream().filter(result -> result.mount().isPresent()).count();
        if (orNone && mounted > 0 && mounted < requests.size()) {
          throw new AssertionError(mounted + " of all or none");
        }
      } finally {
        DeadMounts.offered = false;
      }
      for (MountResult result : results) {
        if (result.failure().isPresent()) {
          throw result.failure().get();
        }
      }
    };
  }

  /** Mounts, reads all of it through the kernel, unmounts. */
  static Operations.Work reading(Path images, String backend) {
    return (library, store) -> {
      Path dir = Files.createDirectories(store.root().resolveSibling("mount"));
      MountOptions options = MountOptions.defaults().withBackend(backend).withThreads(2);
      try (ImageView view = Operations.view(images, library, store);
          Mounter mounter = new Mounter()) {
        Mount mount = mounter.mount(new MountRequest(view, dir, "test", options));
        readAll(dir);
        mount.close();
      }
    };
  }

  /** Reads what a mount shows, in a thread of its own: the mount may not answer. */
  static void readAll(Path dir) throws IOException, InterruptedException {
    FutureTask<Long> reading = new FutureTask<>(() -> bytesIn(dir));
    Thread.ofPlatform().daemon().name("ocifs-reader").start(reading);
    try {
      if (reading.get(READING_SECONDS, TimeUnit.SECONDS) < 300_002) {
        throw new IOException("files are missing");
      }
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (TimeoutException e) {
      int ignored =
          new ProcessBuilder("umount", "--force", "--lazy", dir.toString()).start().waitFor();
      throw new AssertionError("the mount does not answer", e);
    }
  }

  private static long bytesIn(Path dir) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.readAllBytes(file).length;
      }
    }
    return bytes;
  }
}
