package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.index.PackedIndex;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.remote.IndexPublisher;
import dev.ocifs.oci.remote.RegistryImages;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes the index of an image beside it, so that others mount it before it is there. */
@Command(
    name = "push",
    description = {
      "Publish the index of an image in its registry, as an artifact that refers to it.",
      "The image stays as it is. Whoever mounts it then reads nothing but the index first, and",
      "fetches next what mounts here have read first. The digest that is printed can be pinned:",
      "ocifs mount --published-index=DIGEST."
    })
final class IndexPushCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Parameters(paramLabel = "IMAGE", description = "The image in the registry.")
  String name = "";

  IndexPushCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    try (LayerFs layers = imageOptions.layerFs(store);
        Image image = imageOptions.open(name, store)) {
      RegistryImages registries = imageOptions.registries();
      Repository repository = registries.repository(repositoryOf(image));
      Digest manifest = image.manifestDigest().orElseThrow();
      Descriptor subject =
          repository
              .head(manifest.toString())
              .orElseThrow(() -> notThere(image).image(image.name()));
      Map<Digest, Path> files = layers.indexFiles(image, ocifs.progress());
      IndexPublisher publisher = new IndexPublisher(repository);
      for (Map.Entry<Digest, Path> file : files.entrySet()) {
        push(publisher, store, file.getKey(), file.getValue());
      }
      Optional<byte[]> profile = layers.accessProfile(image);
      if (profile.isPresent()) {
        publisher.pushProfile(profile.get());
      }
      Descriptor artifact = publisher.finish(subject);
      ocifs.console().println(artifact.digest().toString());
      if (!ocifs.quiet()) {
        ocifs
            .console()
            .message(
                ByteSize.format(publisher.bytes())
                    + " published: indices"
                    + (profile.isPresent() ? ", and what mounts read first" : ""));
      }
    }
    return ExitCode.OK;
  }

  private static RegistryName repositoryOf(Image image) throws OcifsException {
    String prefix = "docker://";
    if (!image.name().startsWith(prefix)) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "an index is published beside an image in a registry")
          .hint("name the image docker://HOST/NAME:TAG; ocifs push puts one there");
    }
    return RegistryName.parse(image.name().substring(prefix.length()));
  }

  private static OcifsException notThere(Image image) {
    return new OcifsException(
            OcifsException.Kind.NOT_FOUND,
            "the registry has no manifest " + image.manifestDigest().orElseThrow())
        .hint("ocifs push puts the image there first");
  }

  private static void push(IndexPublisher publisher, Store store, Digest layer, Path index)
      throws IOException {
    Path place = store.partial().resolve(Store.fileName(layer) + ".packed");
    try (PendingFile packed = store.create(place)) {
      PackedIndex.pack(index, packed);
      try (BlobSource blob = FileBlob.open(packed.path())) {
        publisher.push(layer, blob);
      }
    }
  }
}
