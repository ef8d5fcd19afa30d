package dev.ocifs.tests.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.PullListener;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.source.PublishedIndex;
import dev.ocifs.oci.source.RemoteImage;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.source.RemoteState;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.ListedLayer;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Images whose layers are not here and carry tables of contents show the same tree as read ones.
 */
@SuppressWarnings("NullAway.Init") // set by write
class ListedImagesTest {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";

  @TempDir Path dir;

  private Path layout;
  private Descriptor top;

  private static List<List<Entry>> layers() {
    return List.of(
        List.of(
            Entry.directory("usr/"),
            Entry.directory("usr/lib/"),
            Entry.file("usr/lib/kept", "k".repeat(300_000)),
            Entry.file("usr/lib/gone", "g"),
            Entry.symlink("lib", "usr/lib"),
            Entry.file("etc/old", "old")),
        List.of(
            Entry.whiteout("usr/lib/gone"),
            Entry.opaque("etc"),
            Entry.file("etc/new", "n".repeat(70_000)).mode(0600),
            Entry.hardLink("kept", "usr/lib/kept"),
            Entry.file("lib/added", "through a link")));
  }

  private void write(ListedLayer.Form form) throws IOException {
    OciLayoutWriter writer = new OciLayoutWriter();
    List<Object> descriptors = new ArrayList<>();
    List<Object> diffIds = new ArrayList<>();
    boolean zstd = form == ListedLayer.Form.ZSTD_CHUNKED;
    for (List<Entry> entries : layers()) {
      ListedLayer layer = ListedLayer.of(form, 100_000, entries);
      Map<String, Object> descriptor =
          writer.blob(
              "application/vnd.oci.image.layer.v1.tar+" + (zstd ? "zstd" : "gzip"), layer.blob());
      descriptor.put("annotations", layer.annotations());
      descriptors.add(descriptor);
      diffIds.add("sha256:" + TestImage.sha256(layer.tar()));
    }
    Map<String, Object> config =
        writer.document(
            CONFIG,
            Map.of(
                "os",
                "linux",
                "architecture",
                "amd64",
                "rootfs",
                Map.of("type", "layers", "diff_ids", diffIds)));
    Map<String, Object> manifest =
        writer.document(
            MANIFEST, Map.of("schemaVersion", 2, "config", config, "layers", descriptors));
    top =
        new Descriptor(
            new MediaType(MANIFEST),
            Digest.parse(String.valueOf(manifest.get("digest"))),
            ((Long) requireNonNull(manifest.get("size"))));
    layout = writer.list("latest", manifest).writeTo(dir.resolve("layout"));
  }

  /** The layout as a registry would give it: its layers count as elsewhere. */
  private final class FakeRemote implements RemoteImage {
    @Override
    public void opened() {}

    @Override
    public String name() {
      return "docker://test/image:latest";
    }

    @Override
    public Descriptor top() {
      return top;
    }

    @Override
    public Optional<RemoteLayer> remote(Descriptor manifest, Descriptor layer) {
      return Optional.of(new FakeLayer(layer.size()));
    }

    @Override
    public boolean has(Descriptor descriptor) {
      return true;
    }

    @Override
    public BlobSource open(Descriptor descriptor) throws IOException {
      return FileBlob.open(layout.resolve("blobs/sha256/" + descriptor.digest().hex()));
    }

    @Override
    public void close() {}
  }

  private record FakeLayer(long size) implements RemoteLayer {
    @Override
    public boolean takesPublishedIndex() {
      return true;
    }

    @Override
    public Optional<PublishedIndex> publishedIndex() {
      return Optional.empty();
    }

    @Override
    public RemoteState state() {
      return new RemoteState(size, 0, 0, 0, 0, false, Optional.empty());
    }

    @Override
    public void complete(LongConsumer progress) {}
  }

  private Image remote() throws IOException {
    return Images.open(
        "docker://test/image:latest",
        OpenOptions.DEFAULT.withRemotes(() -> (name, limits) -> new FakeRemote()));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @ParameterizedTest
  @EnumSource(ListedLayer.Form.class)
  void theTreeIsThatOfAPassAndKeptApartFromIt(ListedLayer.Form form) throws IOException {
    write(form);
    TreeListing expected = Opened.listing("oci:" + layout, dir.resolve("other"));
    Store store = Store.open(dir.resolve("store"));
    Path indices = store.derived().resolve("layers");
    Path trees = store.derived().resolve("trees");
    try (LayerFs library = LayerFs.open(store);
        ImageView view = library.view(remote(), IndexListener.NONE)) {
      assertThat(names(indices)).hasSize(2).allMatch(name -> name.startsWith("toc-"));
      assertThat(ViewLister.list(view).differences(expected)).isEmpty();
      try (Image image = remote()) {
        library.pull(image, IndexListener.NONE, PullListener.NONE);
      }
      assertThat(names(indices)).hasSize(2).noneMatch(name -> name.startsWith("toc-"));
      assertThat(names(trees)).hasSize(2);
      assertThat(ViewLister.list(view).differences(expected)).isEmpty();
      try (ImageView again = library.view(remote(), IndexListener.NONE)) {
        assertThat(ViewLister.list(again).differences(expected)).isEmpty();
      }
      assertThat(names(indices)).noneMatch(name -> name.startsWith("toc-"));
    }
  }
}
