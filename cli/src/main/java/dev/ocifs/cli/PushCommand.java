package dev.ocifs.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Copies an image to a registry. */
@Command(name = "push", description = "Push an image to a registry.")
final class PushCommand implements Callable<Integer> {
  @Mixin Copying copying;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "An image that ocifs images lists, or any other.")
  String image = "";

  @Parameters(
      index = "1",
      paramLabel = "DEST",
      description = "The name there, as HOST/NAME:TAG; docker:// may precede it.")
  String destination = "";

  PushCommand(Ocifs ocifs) {
    copying = new Copying(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    copying.run(image, copying.destinations(false).registry(destination));
    return ExitCode.OK;
  }
}
