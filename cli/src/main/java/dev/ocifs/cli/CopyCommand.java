package dev.ocifs.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies an image from anywhere to anywhere. */
@Command(
    name = "copy",
    description = "Copy an image: between layouts, archives, registries and the store.",
    footerHeading = "%nDestinations:%n",
    footer = {
      "  oci:DIR[:REF]                    an OCI layout in a directory, beside what is in it",
      "  oci-archive:FILE[:REF]           a new OCI layout in a tar archive",
      "  docker-archive:FILE[:NAME:TAG]   a new archive for docker load and podman load",
      "  docker://HOST/NAME[:TAG]         a registry",
      "  NAME[:TAG]                       the store"
    })
final class CopyCommand implements Callable<Integer> {
  @Mixin Copying copying;

  @Option(
      names = {"-f", "--force"},
      description = "Replace an archive that exists.")
  boolean force;

  @Parameters(index = "0", paramLabel = "SRC", description = "The image, as for ocifs mount.")
  String source = "";

  @Parameters(index = "1", paramLabel = "DEST", description = "Where to, and what it is called.")
  String destination = "";

  CopyCommand(Ocifs ocifs) {
    copying = new Copying(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    copying.run(source, copying.destinations(force).of(destination));
    return ExitCode.OK;
  }
}
