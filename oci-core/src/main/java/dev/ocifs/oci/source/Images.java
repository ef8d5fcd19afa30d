package dev.ocifs.oci.source;

import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds images by the names that users write: the way into this module. */
public final class Images {
  private Images() {}

  /**
   * Finds an image: its documents are read and checked, the platform chosen, the layers located. No
   * layer is read.
   *
   * @param reference {@code oci:DIR[:REF]}, {@code oci-archive:FILE[:REF]}, {@code
   *     docker-archive:FILE[:REF]}, or a path
   * @throws OcifsException naming the image; {@code NOT_FOUND} or {@code USAGE} list what the
   *     source holds
   */
  public static Image open(String reference, OpenOptions options) throws IOException {
    ImageReference parsed = ImageReference.parse(reference);
    try {
      return source(parsed, options).open(reference, parsed.ref(), options);
    } catch (OcifsException e) {
      throw e.image(reference);
    }
  }

  /** What the source that a reference names holds; the reference's own REF does not matter. */
  public static List<ImageName> list(String reference, OpenOptions options) throws IOException {
    try {
      return source(ImageReference.parse(reference), options).names();
    } catch (OcifsException e) {
      throw e.image(reference);
    }
  }

  private static ImageSource source(ImageReference reference, OpenOptions options)
      throws IOException {
    Path path = reference.path();
    Limits limits = options.limits();
    return switch (reference.transport()) {
      case OCI -> OciLayout.read(new DirectoryFolder(path), limits);
      case OCI_ARCHIVE -> OciLayout.read(archive(path, options), limits);
      case DOCKER_ARCHIVE -> DockerArchive.read(archive(path, options), limits);
      case ANY -> recognise(path, options);
    };
  }

  private static ImageSource recognise(Path path, OpenOptions options) throws IOException {
    Limits limits = options.limits();
    if (Files.isDirectory(path)) {
      return OciLayout.read(new DirectoryFolder(path), limits);
    }
    ArchiveFolder folder = archive(path, options);
    // Archives since Docker 25 are both: the layout promises more digests, but may be empty.
    boolean docker = folder.has("manifest.json");
    if (folder.has("oci-layout") && folder.has("index.json")) {
      OciLayout layout = OciLayout.read(folder, limits);
      if (!docker || !layout.names().isEmpty()) {
        return layout;
      }
    }
    if (docker) {
      return DockerArchive.read(folder, limits);
    }
    throw new OcifsException(
            OcifsException.Kind.INVALID_IMAGE,
            path
                + " is a tar archive, but not of an image: it has neither index.json nor manifest.json")
        .rule(32)
        .hint("ocifs opens OCI layouts, archives of them, and archives of docker save");
  }

  private static ArchiveFolder archive(Path path, OpenOptions options) throws IOException {
    return ArchiveFolder.scan(WrappedArchive.unwrap(path, options));
  }
}
