package dev.ocifs.tests.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.check.Problem;
import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.layerfs.check.StoreCheck;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the check of a store finds, mends and leaves alone. */
class StoreCheckTest {
  private static final long SEED = 20261121;

  @TempDir Path dir;
  private final Random random = new Random(SEED);
  private Path root;
  private String image;
  private TreeListing expected;

  /** A store that has a file of each kind. */
  @BeforeEach
  void fill() throws IOException {
    byte[] content = new byte[2_500_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : i >> 7);
    }
    Path layout = dir.resolve("layout");
    root = dir.resolve("store");
    OciLayoutWriter.write(
        layout,
        TestImage.of(
            TestLayer.of(Entry.file("big", content), Entry.directory("d"), Entry.file("d/f", "1")),
            TestLayer.docker(LayerBytes.XZ, TarWriter.tar(Entry.file("kept", "2")))));
    image = "oci:" + layout;
    expected = Opened.listing(image, root);
    Store store = Store.open(root);
    LayerFsOptions options =
        LayerFsOptions.defaults().withCacheBytes(1 << 16).withObjectBytes(1 << 26);
    try (LayerFs library = LayerFs.open(store, options)) {
      for (int i = 0; i < 2; i++) {
        try (ImageView view = open(library, store)) {
          ViewLister.list(view);
          library.remember(view);
        }
      }
    }
  }

  private ImageView open(LayerFs library, Store store) throws IOException {
    return library.view(Images.open(image, OpenOptions.defaults(store)), IndexListener.NONE);
  }

  private List<Problem> check(boolean repair) throws IOException {
    List<Problem> found = new ArrayList<>();
    StoreCheck.run(Store.existing(root), new Problems(repair, found::add), false);
    return found;
  }

  private List<Path> files(String below) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("ocifs").resolve(below))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** All files but locks, with their sizes and identities. */
  private Map<String, String> state() throws IOException {
    Map<String, String> state = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (!name.contains("locks/") && !name.contains("catalog.db-")) {
          state.put(name, Files.size(file) + " " + Files.getAttribute(file, "unix:ino"));
        }
      }
    }
    return state;
  }

  /** Replaces a file, as what has it mapped must not see that. */
  private static void replace(Path file, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, content);
  }

  private void mendedAndServed(Path file) throws IOException {
    assertThat(check(false))
        .as("seed %d, %s", SEED, file)
        .isNotEmpty()
        .allSatisfy(p -> assertThat(p.state()).isEqualTo(Problem.State.REPAIRABLE))
        .anySatisfy(p -> assertThat(p.file()).isEqualTo(file));
    assertThat(check(true))
        .as("seed %d, %s", SEED, file)
        .isNotEmpty()
        .allSatisfy(p -> assertThat(p.state()).as("%s", p).isEqualTo(Problem.State.REPAIRED));
    assertThat(check(false)).as("seed %d, after the repair of %s", SEED, file).isEmpty();
    assertThat(Opened.listing(image, root).differences(expected)).isEmpty();
  }

  @Test
  void aHealthyStoreGivesNoFindingAndStaysAsItIs() throws IOException {
    for (String folder :
        List.of("layers", "trees", "objects/sha256", "objects/spans", "profiles")) {
      assertThat(files(folder)).as(folder).isNotEmpty();
    }
    Map<String, String> before = state();
    assertThat(check(false)).isEmpty();
    assertThat(check(true)).isEmpty();
    assertThat(state()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"layers", "trees", "objects/sha256", "objects/spans", "profiles"})
  void damageAnywhereIsFoundAndMended(String folder) throws IOException {
    for (int i = 0; i < 6; i++) {
      List<Path> files = files(folder);
      if (files.isEmpty()) {
        assertThat(folder).isIn("objects/spans", "profiles"); // not made again by one listing
        return;
      }
      Path file = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(file);
      if (i == 0) {
        bytes = new byte[0];
      } else if (i == 1) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      replace(file, bytes);
      mendedAndServed(file);
    }
  }

  @Test
  void aFileUnderAnothersNameIsFound() throws IOException {
    for (String folder : List.of("layers", "objects/spans")) {
      List<Path> files = files(folder);
      assertThat(files).hasSizeGreaterThan(1);
      replace(files.get(0), Files.readAllBytes(files.get(1)));
      mendedAndServed(files.get(0));
    }
    Path tree = files("trees").getFirst();
    Path wrong = tree.resolveSibling("sha256-" + "0".repeat(64) + ".tree");
    Files.copy(tree, wrong);
    mendedAndServed(wrong);
    assertThat(tree).exists();
  }

  @Test
  void anIndexWithoutItsCopyIsMadeAgain() throws IOException {
    Files.delete(files("objects/sha256").getFirst());
    List<Problem> found = check(true);
    assertThat(found).anySatisfy(p -> assertThat(p.what()).contains("copy", "is missing"));
    assertThat(check(false)).isEmpty();
    assertThat(Opened.listing(image, root).differences(expected)).isEmpty();
  }

  @Test
  void aCatalogThatIsDamagedIsSetAside() throws IOException {
    Path catalog = root.resolve("ocifs/catalog.db");
    byte[] good = Files.readAllBytes(catalog);
    int pages = good.length / 4096;
    for (int page = 0; page < pages; page++) {
      byte[] bad = good.clone();
      for (int i = 0; i < 100; i++) {
        bad[page * 4096 + i] = (byte) random.nextInt();
      }
      replace(catalog, bad);
      mendedAndServed(catalog);
      assertThat(root.resolve("ocifs/catalog.db.set-aside")).exists();
    }
  }

  @Test
  void aCatalogThatIsDamagedIsLeftToItsServer() throws IOException {
    Path catalog = root.resolve("ocifs/catalog.db");
    replace(catalog, "no database at all, but longer than nothing".repeat(100).getBytes(UTF_8));
    List<Problem> found = new ArrayList<>();
    StoreCheck.run(Store.existing(root), new Problems(true, found::add), true);
    assertThat(found).singleElement().extracting(Problem::state).isEqualTo(Problem.State.LEFT);
    assertThat(catalog).exists();
  }

  @Test
  void rowsWhoseFilesAreGoneAreForgotten() throws IOException {
    for (Path file : files("layers")) {
      Files.delete(file);
    }
    Files.delete(files("trees").getFirst());
    mendedAndServed(root.resolve("ocifs/catalog.db"));
  }

  @Test
  void theVersionIsMendedWhereItSaysNothing() throws IOException {
    Path version = root.resolve("ocifs/VERSION");
    replace(version, new byte[] {7});
    mendedAndServed(version);
  }

  @Test
  void aStoreOfAnotherVersionIsNotTouched() throws IOException {
    Files.writeString(root.resolve("ocifs/VERSION"), "ocifs-store 99\n");
    replace(files("trees").getFirst(), new byte[1]);
    Map<String, String> before = state();
    assertThat(check(true))
        .singleElement()
        .satisfies(p -> assertThat(p.what()).contains("too new"))
        .satisfies(p -> assertThat(p.state()).isEqualTo(Problem.State.LEFT));
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException {
    Path left = root.resolve("ocifs/tmp/4194304-abc-0.tmp");
    Files.writeString(left, "half");
    mendedAndServed(left);
    assertThat(left).doesNotExist();
  }

  @Test
  void storedBlobsAreNeverRemoved() throws IOException {
    Path blob = root.resolve("blobs/sha256/" + "1".repeat(64));
    Files.writeString(blob, "something else");
    assertThat(check(true))
        .singleElement()
        .satisfies(p -> assertThat(p.file()).isEqualTo(blob))
        .satisfies(p -> assertThat(p.state()).isEqualTo(Problem.State.LEFT));
    assertThat(blob).exists();
    Files.delete(blob);
    Files.writeString(
        root.resolve("index.json"),
        """
        {"schemaVersion": 2, "manifests": [{"mediaType":
        "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:%s", "size": 1}]}"""
            .formatted("1".repeat(64)));
    assertThat(check(true)).singleElement().satisfies(p -> assertThat(p.file()).isEqualTo(blob));
  }

  @Test
  void besideAServerAndAnIndexingNothingInUseIsRemoved() throws IOException {
    Store store = Store.open(root);
    Path making = files("layers").getFirst();
    String key = making.getFileName().toString().replace(".idx", "");
    try (LayerFs library = LayerFs.open(store, LayerFsOptions.defaults());
        ImageView view = open(library, store);
        BuildLock lock = store.lock(key);
        PendingFile pending = store.create(root.resolve("ocifs/layers/new.idx"))) {
      pending.write(ByteBuffer.wrap(new byte[10]));
      replace(making, new byte[3]);
      Map<String, String> before = state();
      assertThat(check(true)).isEmpty();
      assertThat(state()).isEqualTo(before);
      lock.close();
      // Damaged, and in use: the view has it mapped and reads on.
      assertThat(check(true)).anySatisfy(p -> assertThat(p.file()).isEqualTo(making));
      assertThat(making).doesNotExist();
      assertThat(ViewLister.list(view).differences(expected)).isEmpty();
    }
    assertThat(Opened.listing(image, root).differences(expected)).isEmpty();
    assertThat(check(false)).isEmpty();
  }
}
