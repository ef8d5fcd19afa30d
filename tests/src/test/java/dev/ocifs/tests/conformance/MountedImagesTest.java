package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.model.RandomImage;
import dev.ocifs.tests.model.TreeListing;
import dev.ocifs.tests.model.TreeModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel shows of random images is what the model says. Needs root. */
class MountedImagesTest {
  private static final long SEED = Long.getLong("ocifs.test.seed", 1);
  private static final int STACKS = 12;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"kernel", "jnr", "erofs"})
  void randomStacksAreMountedAsTheModelSays(String backend) throws Throwable {
    // Others than root do not see trusted. attributes, nor the inside of directories of mode 0.
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    assumeTrue(allows(backend), "this machine cannot mount by " + backend);
    Workbench bench = new Workbench(dir);
    if (Mounter.isNative(backend)) {
      bench.keepLayers();
    }
    List<String> wrong = new ArrayList<>();
    MountOptions options = MountOptions.defaults().withBackend(backend);
    try (Mounter mounter = new Mounter()) {
      for (long seed = SEED; seed < SEED + STACKS; seed++) {
        List<List<Entry>> layers = new RandomImage(seed).valid();
        TreeListing due = TreeModel.merge(layers).asMounted();
        Path target = Files.createDirectory(dir.resolve("mount" + seed));
        try (ImageView view = bench.open(bench.layout(TestImage.ofEntries(layers)));
            Mount mount = mounter.mount(new MountRequest(view, target, "random", options))) {
          List<String> differences = MountLister.list(mount.dir()).differences(due);
          if (!differences.isEmpty()) {
            wrong.add("seed " + seed + "\n" + layers + "\n" + String.join("\n", differences));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private boolean allows(String backend) throws IOException {
    try {
      Mounter.check(
          Files.createTempDirectory(dir, "check"), MountOptions.defaults().withBackend(backend));
      return true;
    } catch (OcifsException e) {
      System.out.println(e.getMessage());
      return false;
    }
  }
}
