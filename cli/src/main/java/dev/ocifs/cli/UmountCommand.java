package dev.ocifs.cli;

import dev.ocifs.mount.Unmounter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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

  @Parameters(paramLabel = "DIR", description = "Where the image is mounted.")
  Path dir = Path.of("");

  UmountCommand(Ocifs ocifs) {}

  @Override
  public Integer call() throws IOException {
    Unmounter.unmount(dir, lazy);
    return ExitCode.OK;
  }
}
