package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.check.Problem;
import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.mount.Mounter;
import dev.ocifs.mount.erofs.ErofsCheck;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.TreeListing;
import dev.ocifs.tests.model.TreeModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that the kernel serves alone are those that their views show. Needs root and Linux. */
class ErofsImagesTest {
  private static final MountOptions OPTIONS = MountOptions.defaults().withBackend("erofs");
  private static final int SUPERBLOCK = 1024;
  private static final int ROOT_NID = SUPERBLOCK + 14;

  @TempDir Path dir;
  private final Mounter mounter = new Mounter();
  private Workbench bench;
  private Path target;

  @BeforeEach
  void begin() throws IOException {
    target = Files.createDirectory(dir.resolve("mount"));
    try {
      Mounter.check(target, OPTIONS);
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
    bench = new Workbench(dir);
  }

  @AfterEach
  void end() {
    mounter.close();
  }

  private Mount mount(String image) throws IOException {
    try (ImageView view = bench.open(image)) {
      return mounter.mount(new MountRequest(view, target, image, OPTIONS));
    }
  }

  private TreeListing mounted(String image) throws Throwable {
    try (Mount mount = mount(image)) {
      return MountLister.list(mount.dir());
    }
  }

  private static List<Entry> few() {
    return List.of(
        Entry.directory("dir").mode(01777),
        Entry.file("dir/small", "x").mode(04755).owner(1, 2).mtime(-5, 999_999_999),
        Entry.file("large", "0123456789abcdef".repeat(40_000)),
        Entry.hardLink("again", "large"));
  }

  /** Everything that a layout on disk could get wrong. */
  private static List<Entry> odd() {
    List<Entry> entries = new ArrayList<>();
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        entries.add(Entry.symlink("bytes/x" + (char) b, "to" + (char) b));
      }
    }
    for (int i = 0; i < 10_000; i++) {
      entries.add(Entry.file("many/a name of some length, number " + i, "" + i));
    }
    for (char c = '!'; c < '0'; c++) {
      if (c != '/') {
        entries.add(Entry.file("sorted/" + c + "n".repeat(254), "" + c));
        entries.add(Entry.directory("sorted/." + c + (c == '.' ? "." : "")));
      }
    }
    // Sparse at block edges, off them, at the end, and all hole.
    byte[] bytes = "sparse".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    entries.add(Entry.file("sparse/blocks", bytes).sparse(4096, 4096, 20_480, 512));
    entries.add(Entry.file("sparse/odd", bytes.clone()).sparse(100, 50, 30_001, 7));
    entries.add(Entry.file("sparse/end", bytes.clone()).sparse(51_200, 60_000 - 51_200));
    entries.add(Entry.file("sparse/hole", bytes.clone()).sparse());
    entries.add(Entry.symlink("long", "a/".repeat(1000)));
    entries.add(Entry.symlink("longer", "b/".repeat(200)).xattr("trusted.a", "v".repeat(300)));
    entries.add(Entry.file("capable", "x").xattr("security.capability", capability()));
    entries.add(Entry.file("xattrs", "x").xattr("trusted.overlay.whiteout", "y"));
    entries.add(Entry.file("fat", "x").xattr("user.fat", "v".repeat(20_000)));
    entries.add(Entry.characterDevice("whiteout", 0, 0));
    entries.add(Entry.characterDevice("char", 1, 3).mode(0666));
    entries.add(Entry.blockDevice("block", 0xabc, 0x12345));
    entries.add(Entry.fifo("fifo").owner(0xfffffff0L, 70_000));
    entries.add(Entry.file("future", "").mtime(1L << 33, 1));
    entries.add(Entry.hardLink("capable again", "capable"));
    return entries;
  }

  private static byte[] capability() {
    byte[] value = new byte[20];
    value[3] = 2;
    value[5] = 0x20;
    return value;
  }

  @ParameterizedTest
  @EnumSource(LayerBytes.class)
  void layersOfEachCompressionAreKeptAndShown(LayerBytes bytes) throws Throwable {
    String image = bench.layout(TestImage.of(TestLayer.of(bytes, TarWriter.tar(few()))));
    TreeListing due = TreeModel.merge(List.of(few())).asMounted();
    assertThat(bench.list(image).differences(due)).isEmpty(); // indexed without its layers
    bench.keepLayers();
    assertThat(mounted(image).differences(due)).isEmpty();
    assertThat(bench.list(image).differences(due)).isEmpty(); // which are read now
  }

  @Test
  void oddTreesAreShownByteForByte() throws Throwable {
    bench.keepLayers();
    List<List<Entry>> layers = List.of(few(), odd());
    String image = bench.layout(TestImage.ofEntries(layers));
    assertThat(mounted(image).differences(TreeModel.merge(layers).asMounted())).isEmpty();
  }

  @Test
  void twoHundredLayersAreShownAsOneTree() throws Throwable {
    bench.keepLayers();
    List<List<Entry>> layers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<Entry> entries = new ArrayList<>();
      entries.add(Entry.file("of its own/" + i, "content of layer " + i));
      entries.add(Entry.file("of all", "layer " + i));
      if (i % 3 == 0 && i > 0) {
        entries.add(Entry.file("of its own/.wh." + (i - 1), ""));
      }
      layers.add(entries);
    }
    String image = bench.layout(TestImage.ofEntries(layers));
    assertThat(mounted(image).differences(TreeModel.merge(layers).asMounted())).isEmpty();
  }

  @Test
  void aStoreMayLieDeeperThanAnOptionIsLong() throws Throwable {
    Path deep = dir;
    for (char name : new char[] {'a', 'b'}) {
      deep = Files.createDirectory(deep.resolve(String.valueOf(name).repeat(200)));
    }
    bench = new Workbench(deep).keepLayers();
    String image = bench.layout(TestImage.ofEntries(List.of(few())));
    try (Mount mount = mount(image)) {
      assertThat(mount.dir().resolve("again")).hasSize(640_000);
      assertThat(MountTable.at(target).orElseThrow().isNative()).isTrue();
    }
  }

  @Test
  void othersFindNothingWrongWithTheImage() throws Throwable {
    assumeTrue(Tools.has("fsck.erofs"), "no fsck.erofs: install erofs-utils");
    bench.keepLayers();
    String image = bench.layout(TestImage.ofEntries(List.of(few(), odd())));
    mounted(image);
    List<String> fsck = new ArrayList<>(List.of("fsck.erofs"));
    try (ImageView view = bench.open(image)) {
      LayerFiles files = view.layerFiles().orElseThrow();
      files.layers().forEach(layer -> fsck.add("--device=" + layer.path()));
      fsck.add(files.store().erofs(files.chainId()).toString());
    }
    Tools.Result result = Tools.run(fsck);
    assumeTrue(
        !(result.out() + result.err()).contains("blksize"),
        "this fsck.erofs knows no blocks of 512 bytes");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
  }

  @Test
  void aDamagedImageIsMadeAnew() throws Throwable {
    bench.keepLayers();
    String image = bench.layout(TestImage.ofEntries(List.of(few())));
    TreeListing due = mounted(image);
    Path metadata = onlyFile("erofs");
    byte[] right = Files.readAllBytes(metadata);
    for (int at : new int[] {ROOT_NID, 2048, right.length - 30, right.length - 1}) {
      byte[] wrong = right.clone();
      wrong[at] ^= 1;
      Files.write(metadata, wrong);
      assertThat(mounted(image).differences(due)).isEmpty();
      assertThat(Files.readAllBytes(metadata)).isEqualTo(right);
    }
    Files.write(metadata, java.util.Arrays.copyOf(right, 1100));
    assertThat(mounted(image).differences(due)).isEmpty();
    assertThat(Files.readAllBytes(metadata)).isEqualTo(right);
  }

  @Test
  void aLayerThatWasCutIsKeptAnew() throws Throwable {
    bench.keepLayers();
    String image = bench.layout(TestImage.ofEntries(List.of(few())));
    TreeListing due = mounted(image);
    try (ImageView view = bench.open(image)) {
      Path layer = view.layerFiles().orElseThrow().layers().get(0).path();
      Files.write(layer, new byte[512]);
    }
    assertThat(mounted(image).differences(due)).isEmpty();
  }

  @Test
  void underAMountALayerStaysWhateverTheBoundAndGoesAfterwards() throws Exception {
    bench.keepLayers();
    Path layer;
    try (Mount mount = mount(bench.layout(TestImage.ofEntries(List.of(few()))))) {
      Path shard = onlyFile("objects/sha256");
      layer = onlyFile("objects/sha256/" + shard.getFileName());
      assertThat(UnusedFile.delete(layer)).isFalse();
      assertThat(mount.dir().resolve("large")).hasSize(640_000);
    }
    assertThat(UnusedFile.delete(layer)).isTrue();
  }

  @Test
  void fsckFindsAndRemovesWhatIsNoImage() throws Throwable {
    bench.keepLayers();
    mounted(bench.layout(TestImage.ofEntries(List.of(few()))));
    Store store = Store.existing(dir.resolve("store"));
    Path metadata = onlyFile("erofs");
    Problems none = new Problems(false, problem -> {});
    ErofsCheck.run(store, none);
    assertThat(none.files()).isEqualTo(1);
    assertThat(none.remaining()).isZero();
    byte[] wrong = Files.readAllBytes(metadata);
    wrong[wrong.length / 2] ^= 1;
    Files.write(metadata, wrong);
    List<Problem> found = new ArrayList<>();
    ErofsCheck.run(store, new Problems(true, found::add));
    assertThat(found).extracting(Problem::state).containsExactly(Problem.State.REPAIRED);
    assertThat(metadata).doesNotExist();
  }

  @Test
  void withoutItsLayersAnImageIsRefusedAndSaysWhatToDo() throws Exception {
    String image = bench.layout(TestImage.ofEntries(List.of(few())));
    assertThatThrownBy(() -> mount(image))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("not all layers of the image are kept uncompressed")
        .hasMessageContaining("--keep-layers");
    assertThat(MountTable.at(target)).isEmpty();
  }

  @Test
  void autoTakesItAsSoonAsTheLayersAreThere() throws Exception {
    String image = bench.layout(TestImage.ofEntries(List.of(few())));
    for (boolean keep : new boolean[] {false, true}) {
      if (keep) {
        bench.keepLayers();
      }
      try (ImageView view = bench.open(image);
          Mount mount =
              mounter.mount(new MountRequest(view, target, image, MountOptions.defaults()))) {
        assertThat(mount.isNative()).isEqualTo(keep);
      }
    }
  }

  @Test
  void theMountOutlivesTheViewAndEndsByAnybodysUmount() throws Exception {
    bench.keepLayers();
    Mount mount = mount(bench.layout(TestImage.ofEntries(List.of(few()))));
    assertThat(mount.dir().resolve("large")).hasSize(640_000);
    assertThat(MountTable.at(target).orElseThrow().isOcifs()).isTrue();
    assertThat(Tools.run("umount", target.toString()).code()).isZero();
    mount.awaitUnmounted();
    assertThat(mounter.mounts()).isEmpty();
  }

  @Test
  void aDetachedMountLivesOnWithoutItsMounter() throws Exception {
    bench.keepLayers();
    Mount mount = mount(bench.layout(TestImage.ofEntries(List.of(few()))));
    mounter.detach(mount);
    mounter.close();
    assertThat(target.resolve("again")).hasSize(640_000);
    assertThat(Tools.run("umount", target.toString()).code()).isZero();
  }

  private Path onlyFile(String folder) throws IOException {
    try (var files = Files.list(dir.resolve("store/ocifs").resolve(folder))) {
      return files.findFirst().orElseThrow();
    }
  }
}
