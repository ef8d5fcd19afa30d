package dev.ocifs.cli;

import dev.ocifs.mount.MountRegistry;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImage;
import dev.ocifs.oci.stored.StoredImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes names of images away, and what only they led to. */
@Command(
    name = "rmi",
    description = "Remove images from the store, and what no other image there shares.")
final class RmiCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(
      names = {"-f", "--force"},
      description = "Also images that are mounted; reading what goes then fails.")
  boolean force;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Images of ocifs images.")
  List<String> names = List.of();

  RmiCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    StoredImages images = new StoredImages(store);
    List<StoredImage> found = new ArrayList<>();
    for (String name : names) {
      found.add(TagCommand.find(images, name));
    }
    if (!force) {
      for (MountRegistry.Record mount : new MountRegistry(store.mountsDir()).list()) {
        refuse(images, found, mount);
      }
    }
    long freed = images.remove(found);
    if (!ocifs.quiet()) {
      ocifs.console().message(ByteSize.format(freed) + " freed");
    }
    return ExitCode.OK;
  }

  /** The image of the store that a mount shows; empty for one of files elsewhere. */
  private static Optional<StoredImage> mounted(StoredImages images, MountRegistry.Record mount)
      throws IOException {
    try {
      return images.resolve(mount.image().replaceFirst("^docker:(//)?", ""));
    } catch (OcifsException e) {
      if (e.kind() == OcifsException.Kind.USAGE) {
        return Optional.empty(); // oci:DIR and the like are no names
      }
      throw e;
    }
  }

  private static void refuse(
      StoredImages images, List<StoredImage> removed, MountRegistry.Record mount)
      throws IOException {
    Optional<StoredImage> mounted = mounted(images, mount);
    if (mounted.isPresent() && removed.contains(mounted.get())) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, mounted.get().name() + " is mounted at " + mount.dir())
          .hint("ocifs umount it first, or say --force");
    }
  }
}
