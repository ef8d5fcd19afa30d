package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.Review;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a test writes images and opens them with a store of its own. Not thread-safe; the directory
 * is the test's.
 */
final class Workbench {
  private final Path dir;
  private final Store store;
  private Limits limits = Limits.DEFAULT;
  private boolean strict;
  private boolean keepLayers;
  private int images;

  Workbench(Path dir) throws IOException {
    this.dir = dir;
    store = Store.open(dir.resolve("store"));
  }

  Workbench limits(Limits value) {
    limits = value;
    return this;
  }

  Workbench strict() {
    strict = true;
    return this;
  }

  Workbench keepLayers() {
    keepLayers = true;
    return this;
  }

  /** A path for a new file or folder. */
  Path fresh() {
    return dir.resolve("image" + images++);
  }

  /** Writes an image as a layout and names it. */
  String layout(TestImage image) throws IOException {
    return layout(new OciLayoutWriter().image("test", image));
  }

  /** Writes a layout and names it. */
  String layout(OciLayoutWriter layout) throws IOException {
    return "oci:" + layout.writeTo(fresh());
  }

  OpenOptions options() {
    return OpenOptions.defaults(store).withLimits(limits);
  }

  /** Opens an image; the caller closes the view. */
  ImageView open(String reference) throws IOException {
    LayerFsOptions options =
        LayerFsOptions.defaults()
            .withLimits(limits)
            .withStrict(strict)
            .withCacheBytes(1 << 20)
            .withKeepLayers(keepLayers);
    return Opened.view(reference, store.root(), options);
  }

  TreeListing list(String reference) throws IOException {
    try (ImageView view = open(reference)) {
      return ViewLister.list(view);
    }
  }

  TreeListing list(TestImage image) throws IOException {
    return list(layout(image));
  }

  /** Lists an image of these layers. */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  final TreeListing list(List<Entry>... layers) throws IOException {
    return list(TestImage.ofEntries(Arrays.asList(layers)));
  }

  /** Opens an image of these layers, which break a rule. */
  @SafeVarargs
  @SuppressWarnings("varargs") // only read
  final OcifsException refused(int rule, List<Entry>... layers) throws IOException {
    return refused(
        TestImage.ofEntries(Arrays.asList(layers)), OcifsException.Kind.INVALID_IMAGE, rule);
  }

  /** What verifying an image finds; nothing may be wrong with it. */
  List<Finding> findings(TestImage image) throws IOException {
    List<Finding> found = new ArrayList<>();
    Review review =
        new Review() {
          @Override
          public void found(Finding finding) {
            found.add(finding);
          }

          @Override
          public void failed(OcifsException fault) {
            throw new AssertionError(fault);
          }
        };
    try (Image opened = Images.open(layout(image), options())) {
      LayerFs.open(store).verify(opened, IndexListener.NONE, review);
    }
    return found;
  }

  /**
   * Opens what must be refused: with one line that names image and rule and nothing left behind.
   *
   * @param rule 0 when it is no rule that is broken
   */
  OcifsException refused(String reference, OcifsException.Kind kind, int rule) throws IOException {
    List<Path> trees = left("ocifs/trees");
    try (ImageView view = open(reference)) {
      throw new AssertionError("opened with " + view.inodeCount() + " inodes");
    } catch (OcifsException e) {
      assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
      assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
      assertThat(e.getMessage()).startsWith("image " + reference).doesNotContain("\n", "\u001b");
      assertThat(left("ocifs/tmp")).isEmpty();
      assertThat(left("ocifs/trees")).hasSameElementsAs(trees);
      return e;
    }
  }

  OcifsException refused(TestImage image, OcifsException.Kind kind, int rule) throws IOException {
    return refused(layout(image), kind, rule);
  }

  private List<Path> left(String folder) throws IOException {
    Path path = store.root().resolve(folder);
    if (!Files.exists(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    }
  }
}
