package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs cannot tell a mounted image from the same tree on an ext4 that is mounted read-only:
 * {@code probe.py} does two thousand things to both, and each must have the same result or errno.
 * Needs root, Python and a loop device.
 */
class LikeDiskTest {
  private static final long DISK_BYTES = 64 << 20;

  /** What a backend cannot have, as lines that begin like this. */
  private static final Map<String, Pattern> IMPOSSIBLE =
      Map.of(
          // Linux refuses these files direct reads and fsync, knows no time of access of them, and
          // takes their size for the blocks of all that are not compressed.
          "erofs",
              Pattern.compile(
                  "(open.*O_DIRECT|O_DIRECT read|fsync|fdatasync|statx |blocks of (sparse|hole)).*"),
          // libfuse 2 has no lseek: the kernel takes all of a file for data.
          "jnr", Pattern.compile("SEEK_(DATA|HOLE) sparse .*"),
          "kernel", Pattern.compile("none"));

  @TempDir Path dir;
  private final Mounter mounter = new Mounter();
  private Path disk = Path.of("");

  @BeforeEach
  void fillTheDisk() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    for (String program : List.of("python3", "mke2fs", "tar")) {
      assumeTrue(Tools.has(program), "no " + program);
    }
    // Others than root come this way, too.
    Files.setAttribute(dir, "unix:mode", 0755);
    Path image = dir.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
    }
    succeed("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", image.toString());
    disk = Files.createDirectory(dir.resolve("disk"));
    Tools.Result mounted =
        Tools.run("mount", "-o", "loop,nosuid,nodev", image.toString(), disk.toString());
    assumeTrue(mounted.code() == 0, "no loop device: " + mounted.err());
    Files.delete(disk.resolve("lost+found"));
    succeed("bash", resource("tree.sh"), disk.toString());
    succeed("mount", "-o", "remount,ro", disk.toString());
  }

  @AfterEach
  void clear() throws IOException {
    mounter.close();
    Tools.run("umount", "-l", disk.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"kernel", "jnr", "erofs"})
  void programsCannotTellItFromADisk(String backend) throws Exception {
    MountOptions options = MountOptions.defaults().withBackend(backend).withAllowOther(true);
    Path target = Files.createDirectory(dir.resolve("mount"));
    assumeMountable(target, options);
    Path tar = dir.resolve("tree.tar");
    succeed(
        "bash",
        "-c",
        "tar --format=pax --xattrs --xattrs-include='*' --sparse --numeric-owner -C \"$0\" -cf"
            + " \"$1\" .",
        disk.toString(),
        tar.toString());
    TestLayer layer = TestLayer.of(LayerBytes.GZIP, Files.readAllBytes(tar));
    Workbench bench = new Workbench(dir).keepLayers();
    try (ImageView view = bench.open(bench.layout(TestImage.of(layer)));
        Mount mount = mounter.mount(new MountRequest(view, target, "tree", options))) {
      List<String> due = probe(disk);
      List<String> found = probe(mount.dir());
      assertThat(due).hasSizeGreaterThan(1500);
      assertThat(differences(due, found, IMPOSSIBLE.getOrDefault(backend, Pattern.compile(""))))
          .isEmpty();
    }
  }

  private static List<String> differences(
      List<String> due, List<String> found, Pattern impossible) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(due.size(), found.size()); i++) {
      if (!due.get(i).equals(found.get(i)) && !impossible.matcher(due.get(i)).matches()) {
        differences.add("disk  " + due.get(i) + "\nmount " + found.get(i));
      }
    }
    if (due.size() != found.size()) {
      differences.add(due.size() + " lines of the disk, " + found.size() + " of the mount");
    }
    return differences;
  }

  private static void assumeMountable(Path target, MountOptions options) {
    try {
      Mounter.check(target, options);
    } catch (OcifsException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  private static List<String> probe(Path tree) throws Exception {
    return succeed("python3", resource("probe.py"), tree.toString()).lines().toList();
  }

  private static String resource(String name) throws URISyntaxException {
    return Path.of(LikeDiskTest.class.getResource("/like/" + name).toURI()).toString();
  }

  private static String succeed(String... command) throws IOException {
    Tools.Result result = Tools.run(command);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }
}
