package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * An archive that is both, as docker writes it since version 25. As an OCI layout it gives the
 * most: digests and sizes of the layers, and platforms. What that does not find is looked for among
 * the names of the docker archive.
 */
record EitherSource(OciLayout layout, DockerArchive docker) implements Source {

  @Override
  public List<ImageName> list() throws IOException {
    List<ImageName> names = layout.list();
    return names.isEmpty() ? docker.list() : names;
  }

  @Override
  public Image open(Optional<Platform> asked) throws IOException {
    try {
      return layout.open(asked);
    } catch (OcifsException e) {
      if (e.kind() != OcifsException.Kind.NOT_FOUND) {
        throw e;
      }
      try {
        return docker.open(asked);
      } catch (OcifsException second) {
        e.addSuppressed(second);
        throw e;
      }
    }
  }

  @Override
  public Optional<ImageBundle> openAll() throws IOException {
    try {
      return layout.openAll();
    } catch (OcifsException e) {
      if (e.kind() != OcifsException.Kind.NOT_FOUND) {
        throw e;
      }
      return docker.openAll();
    }
  }

  @Override
  public void close() throws IOException {
    layout.close(); // both have one folder
  }
}
