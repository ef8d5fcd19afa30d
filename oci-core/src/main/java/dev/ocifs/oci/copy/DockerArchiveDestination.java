package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RefName;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.manifest.ImageManifest;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A new archive in the format of {@code docker save} that holds one image: configuration and layers
 * by their digests, as docker has named them since version 25, and no manifest. The layers stay
 * compressed, as docker and podman load them either way.
 *
 * <p>Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
public final class DockerArchiveDestination implements Destination {
  private final Path file;
  private final Optional<String> ref;
  private final boolean replace;

  /**
   * @param file absolute
   * @param ref the name that the image gets when it is loaded, as {@code NAME:TAG}
   * @param replace whether a file that is there is to go; else it is an error
   */
  public DockerArchiveDestination(Path file, Optional<String> ref, boolean replace) {
    this.file = file;
    this.ref = ref;
    this.replace = replace;
  }

  @Override
  public Output open(CopyPlan plan) throws IOException {
    if (!plan.top().mediaType().isManifest()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "an archive of docker holds images of one platform")
          .hint("leave out --all, or copy to oci-archive:" + file);
    }
    List<String> tags = ref.isPresent() ? List.of(tag(ref.get())) : List.of();
    ImageManifest manifest = ImageManifest.parse(plan.manifests().get(0).document());
    ArchiveFile archive = ArchiveFile.create(file, replace);
    return new Output() {
      @Override
      public int concurrency() {
        return 1;
      }

      @Override
      public void put(PlannedBlob blob, BlobSource content) throws IOException {
        archive.add(MemberNames.blob(blob.digest()), content);
      }

      @Override
      public void commit() throws IOException {
        archive.add(
            MemberNames.DOCKER_SAVE,
            DocumentWriter.dockerSave(
                MemberNames.blob(manifest.config().digest()),
                tags,
                manifest.layers().stream()
                    .map(Descriptor::digest)
                    .map(MemberNames::blob)
                    .toList()));
        archive.commit();
      }

      @Override
      public void close() throws IOException {
        archive.close();
      }
    };
  }

  private static String tag(String ref) throws OcifsException {
    Optional<Digest> digest = RegistryName.parse(RefName.normalise(ref)).digest();
    if (digest.isPresent()) {
      throw new OcifsException(
          OcifsException.Kind.USAGE, "an image of an archive of docker is named by a tag: " + ref);
    }
    return RefName.normalise(ref);
  }

  @Override
  public String toString() {
    return "docker-archive:" + file + ref.map(r -> ":" + r).orElse("");
  }
}
