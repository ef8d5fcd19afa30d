package dev.ocifs.oci.source;

import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.ImageReference.Transport;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds out what lies at the path of a reference. */
final class Sources {
  private Sources() {}

  static Source of(ImageReference reference, OpenOptions options) throws IOException {
    Path path = reference.path();
    if (Files.isDirectory(path)) {
      return directory(reference, options);
    }
    if (reference.transport() == Transport.OCI) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE, path + " is a file and no OCI image layout")
          .rule(32)
          .hint("name an archive oci-archive:FILE or docker-archive:FILE");
    }
    return archive(reference, options);
  }

  private static Source directory(ImageReference reference, OpenOptions options)
      throws OcifsException {
    Path path = reference.path();
    boolean layout =
        Files.exists(path.resolve(OciLayout.VERSION_FILE))
            || Files.exists(path.resolve(OciLayout.INDEX_FILE));
    boolean asked =
        reference.transport() == Transport.OCI || reference.transport() == Transport.PATH;
    if (!layout || !asked) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              path + " is a directory" + (layout ? " and no archive" : " and no OCI image layout"))
          .rule(32)
          .hint(layout ? "name it oci:" + path : "name a directory that has an index.json");
    }
    return new OciLayout(reference.as(Transport.OCI), new DirectoryFolder(path), options);
  }

  private static Source archive(ImageReference reference, OpenOptions options) throws IOException {
    FileBlob file = new Unwrapper(reference.path(), options).open();
    Source source = null;
    try {
      source = archive(reference, new ArchiveFolder(file, options.limits()), options);
      return source;
    } finally {
      if (source == null) {
        file.close();
      }
    }
  }

  /** An archive that was named as one kind is read as that kind; else its members decide. */
  private static Source archive(ImageReference reference, ArchiveFolder folder, OpenOptions options)
      throws IOException {
    boolean layout = folder.holds(OciLayout.INDEX_FILE);
    boolean docker = folder.holds(DockerArchive.MANIFEST_FILE);
    boolean open = reference.transport() == Transport.PATH;
    if (!layout && !docker) {
      throw neither(reference.path(), folder);
    }
    OciLayout asLayout = new OciLayout(reference.as(Transport.OCI_ARCHIVE), folder, options);
    DockerArchive asDocker =
        new DockerArchive(reference.as(Transport.DOCKER_ARCHIVE), folder, options);
    if (open && layout && docker) {
      return new EitherSource(asLayout, asDocker);
    }
    boolean takeLayout = open ? layout : reference.transport() == Transport.OCI_ARCHIVE;
    if (takeLayout ? !layout : !docker) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              reference.path()
                  + (takeLayout
                      ? " is a docker archive and no OCI archive"
                      : " is an OCI archive and no docker archive"))
          .rule(32)
          .hint("name it " + (takeLayout ? "docker" : "oci") + "-archive:" + reference.path());
    }
    return takeLayout ? asLayout : asDocker;
  }

  private static OcifsException neither(Path path, ArchiveFolder folder) {
    List<String> names = folder.sample(5);
    return new OcifsException(
            OcifsException.Kind.INVALID_IMAGE,
            path
                + " is a tar, but no image: it has neither "
                + OciLayout.INDEX_FILE
                + " nor "
                + DockerArchive.MANIFEST_FILE
                + (names.isEmpty() ? ", it is empty" : "; it begins with " + Listing.of(names)))
        .rule(32)
        .hint("a root file system can be made an image with podman import or docker import");
  }
}
