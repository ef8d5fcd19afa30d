package dev.ocifs.cli;

import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a mount, whichever process serves it. */
@Command(name = "umount", description = "End a mount; its server ends, too.")
final class UmountCommand implements Callable<Integer> {
  @Option(
      names = {"-l", "--lazy"},
      description = "Take it out of sight now, and end it when nothing uses it any more.")
  boolean lazy;

  @Option(
      names = {"-a", "--all"},
      description = "End all mounts of the store.")
  boolean all;

  @Parameters(arity = "0..1", paramLabel = "DIR", description = "Where the image is mounted.")
  @Nullable String dir;

  private final Ocifs ocifs;

  UmountCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    if (all == (dir != null)) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, all ? "--all and DIR exclude each other" : "missing DIR")
          .hint("name a directory, or --all");
    }
    return dir != null ? unmount(ocifs.resolve(dir)) : unmountAll();
  }

  private int unmount(Path path) throws IOException {
    boolean served = !MountTable.at(path).map(MountTable.Entry::isNative).orElse(false);
    Unmounter.unmount(path, lazy);
    if (!served) {
      new MountRegistry(ocifs.store().mountsDir()).repair(); // no process forgets it
    }
    return ExitCode.OK;
  }

  /** Goes on at a failure, and ends with the code of the last. */
  private int unmountAll() throws IOException {
    MountRegistry registry = new MountRegistry(ocifs.store().mountsDir());
    registry.repair();
    int code = ExitCode.OK;
    for (MountRegistry.Record mount : registry.list()) {
      try {
        Unmounter.unmount(mount.dir(), lazy);
      } catch (OcifsException e) {
        ocifs.console().message(e.getMessage());
        code = Failure.codeOf(e);
      }
    }
    return code;
  }
}
