package dev.ocifs.tests.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountTable;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.registry.Credential;
import dev.ocifs.oci.registry.Fault;
import dev.ocifs.oci.registry.Recorded;
import dev.ocifs.oci.registry.Route;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.oci.registry.config.RegistryVariables;
import dev.ocifs.oci.remote.RemoteOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.store.UnusedFile;
import dev.ocifs.tests.cli.Launcher;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that get images from registries, as users type them. */
@Timeout(300)
class RegistryCommandsTest {
  private static final byte[] BIG = Scene.noise(6_000_000, 1);

  @TempDir Path folder;
  private Launcher ocifs;
  private Scene scene;
  private String shortName;
  private Path dir;
  private final List<Path> others = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    ocifs = new Launcher(folder);
    scene = Scene.of(folder, Scene.usual());
    dir = Files.createDirectory(folder.resolve("mount"));
    shortName = scene.name().substring("docker://".length());
  }

  @AfterEach
  void unmount() throws Exception {
    if (dir != null) {
      others.add(dir);
    }
    for (Path mounted : others) {
      if (MountTable.at(mounted).isPresent()) {
        ocifs.run("umount", "--lazy", mounted.toString());
      }
    }
    if (scene != null) {
      scene.close();
    }
  }

  private Launcher.Result run(int code, String... words) throws Exception {
    Launcher.Result result = ocifs.run(words);
    assertThat(result.code()).as("%s", result).isEqualTo(code);
    return result;
  }

  private Path blob(int layer) throws IOException {
    return Store.existing(scene.root()).blob(scene.layers().get(layer));
  }

  @Test
  void imagesArePulledListedNamedAndRemoved() throws Exception {
    assertThat(run(0, "pull", "-q", scene.name()).out()).isEmpty();
    scene.registry.resetCounters();
    assertThat(run(0, "pull", shortName).out()).isEqualTo(scene.name() + "\n");
    assertThat(scene.registry.recorded())
        .extracting(Recorded::route)
        .containsOnly(Route.MANIFEST, Route.PING);
    scene.registry.close();
    assertThat(run(0, "images", "--json").out())
        .contains("\"name\": \"" + shortName + "\"", "\"whole\": true");
    assertThat(run(0, "ls", "-q", shortName).out()).isEqualTo("link\nmany\ntop\nusr\n");

    run(0, "tag", shortName, "mine:2");
    assertThat(run(0, "images").out().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("localhost/mine:2 ") && line.contains(" whole "));
    run(0, "rmi", shortName);
    assertThat(blob(0)).exists();
    assertThat(run(0, "cat", "-q", "mine:2", "usr/last").out()).isEqualTo("the last");
    assertThat(run(0, "rmi", "mine:2").err()).contains(" freed");
    assertThat(blob(0)).doesNotExist();
    assertThat(run(0, "images").out()).isEmpty();
    assertThat(run(3, "rmi", "mine:2").err()).contains("ocifs images lists");
    assertThat(run(3, "ls", "--pull", "never", shortName).err()).contains("ocifs pull fetches it");
    assertThat(run(15, "pull", scene.name()).err().lines()).hasSize(1);
    assertThat(run(0, "fsck").out()).contains("all sound");
  }

  @Test
  void aLayerOfOtherBytesIsNotPulled() throws Exception {
    byte[] wrong = scene.blob(1);
    wrong[wrong.length / 2] ^= 1;
    scene.registry.putBlob(Scene.REPOSITORY, scene.layers().get(1), wrong);
    Launcher.Result pull = run(5, "pull", "-q", scene.name());
    assertThat(pull.err().lines())
        .singleElement()
        .asString()
        .contains(scene.layers().get(1).toString());
    assertThat(blob(1)).doesNotExist();
    assertThat(run(0, "images").out()).contains(" partly ");
    scene.registry.putBlob(Scene.REPOSITORY, scene.layers().get(1), scene.blob(1));
    run(0, "pull", "-q", scene.name());
    assertThat(run(0, "images").out()).contains(" whole ");
  }

  @Test
  void aMountedImageIsNotRemoved() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    run(0, "pull", "-q", scene.name());
    run(0, "mount", "-q", "--backend", "kernel", shortName, dir.toString());
    assertThat(run(2, "rmi", shortName).err()).contains("is mounted at " + dir.toRealPath());
    assertThat(blob(0)).exists();
    assertThat(dir.resolve(Scene.BIG)).hasBinaryContent(BIG);
    run(0, "umount", dir.toString());
    run(0, "rmi", shortName);
    assertThat(blob(0)).doesNotExist();
  }

  /** Has the indices in the store and no blob. */
  private void index() throws IOException {
    try (Client client = scene.client(RemoteOptions.DEFAULTS)) {
      client.pull(scene.name());
      client.remove(scene.name());
    }
    scene.registry.resetCounters();
  }

  @Test
  void aLazyMountOutlivesItsRegistryAndHeals() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    index();
    run(
        0,
        "mount",
        "-q",
        "--backend=kernel",
        "--read-timeout=4",
        "--prefetch=none",
        scene.name(),
        dir.toString());
    CountDownLatch never = new CountDownLatch(1);
    scene.registry.next(Route.BLOB, Fault.silent(never));
    assertThat(dir.resolve("usr/last")).as("though a request hangs").hasContent("the last");
    never.countDown();
    assertThat(scene.registry.sentBytes(Route.BLOB)).isPositive().isLessThan(3_000_000);

    scene.registry.always(Route.BLOB, Fault.reset());
    assertThatThrownBy(() -> Files.readAllBytes(dir.resolve("many/59")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Input/output error");
    assertThat(dir.resolve("usr/last")).hasContent("the last");
    assertThat(dir.resolve("link")).hasContent("the last");

    scene.registry.always(Route.BLOB, null);
    assertThat(dir.resolve("many/59")).hasBinaryContent(Scene.noise(30_000, 59));
    assertThat(dir.resolve(Scene.BIG)).hasBinaryContent(BIG);
  }

  @Test
  void whatIsPublishedHereIsPinnedAndUsedElsewhere() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    run(0, "pull", "-q", scene.name());
    String first = run(0, "index", "push", "-q", scene.name()).out().strip();
    run(0, "mount", "-q", "--backend=kernel", scene.name(), dir.toString());
    assertThat(dir.resolve("usr/last")).hasContent("the last");
    run(0, "umount", dir.toString());
    String digest = first;
    while (digest.equals(first)) { // what was read is noted when the server has ended the mount
      digest = run(0, "index", "push", "-q", scene.name()).out().strip();
    }
    assertThat(new String(requireNonNull(scene.registry.manifest(Scene.REPOSITORY, digest)), UTF_8))
        .contains("vnd.ocifs.access-profile.v1");

    String other = folder.resolve("another-store").toString();
    String never = "sha256:" + "0".repeat(64);
    assertThat(run(3, "ls", "--root", other, "--published-index", never, scene.name()).err())
        .contains(never, "ocifs index push prints");
    assertThat(run(2, "ls", "--root", other, "--published-index=any", scene.name()).err())
        .contains("'any' is no digest");
    scene.registry.resetCounters();
    run(0, "ls", "-q", "--root", other, "--published-index=" + digest, scene.name());
    assertThat(scene.registry.requests(Route.REFERRERS)).isZero();
    assertThat(run(0, "status", "--root", other, scene.name()).out())
        .contains("lazy: by a published index");
  }

  @Test
  void aLazyMountGetsTheRestByItself() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    index();
    run(0, "mount", "-q", "--backend=kernel", scene.name(), dir.toString());
    try (Client client = scene.client()) {
      while (!client.isWhole(scene.name())) {
        Thread.onSpinWait();
      }
    }
    scene.registry.close();
    assertThat(dir.resolve(Scene.BIG)).hasBinaryContent(BIG);
    run(0, "umount", dir.toString());
    run(0, "mount", "-q", "--backend=kernel", scene.name(), dir.toString());
    assertThat(dir.resolve("many/59")).hasBinaryContent(Scene.noise(30_000, 59));
  }

  @Test
  void aPullThatCannotBeFinishedEndsAtOnceWithWhatIsTrue() throws Exception {
    String layer = scene.layers().get(1).toString();
    scene.registry.always(
        Route.BLOB,
        visit -> {
          if (visit.exchange.getRequestURI().getPath().endsWith(layer)) {
            Fault.status(404, "BLOB_UNKNOWN", "gone").apply(visit);
          }
        });
    assertThat(run(3, "pull", "-q", "--read-timeout=3600", scene.name()).err().lines())
        .singleElement()
        .asString()
        .contains(scene.name(), layer, "push the image there again");
    scene.registry.always(Route.BLOB, null);
    byte[] longer = Arrays.copyOf(scene.blob(1), scene.blob(1).length + 1);
    scene.registry.putBlob(Scene.REPOSITORY, scene.layers().get(1), longer);
    assertThat(run(5, "pull", "-q", "--read-timeout=3600", scene.name()).err().lines())
        .singleElement()
        .asString()
        .contains(scene.name(), layer, "its descriptor says");
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.walk(scene.root().resolve("ocifs/objects/sha256"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void uncompressedLayersGoWithTheirImageButNotFromUnderAMount() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    String layout = "oci:" + scene.layout("1");
    run(0, "pull", "-q", scene.name());
    run(0, "mount", "-q", "--backend=kernel", "--keep-layers", layout, dir.toString());
    int layers = kept().size();
    assertThat(layers).isPositive();
    run(0, "rmi", shortName);
    assertThat(blob(0)).doesNotExist();
    assertThat(kept()).hasSize(layers);
    assertThat(dir.resolve(Scene.BIG)).hasBinaryContent(BIG);
    run(0, "umount", dir.toString());
    run(0, "pull", "-q", scene.name());
    for (Path layer : kept()) {
      while (!UnusedFile.is(layer)) {
        Thread.onSpinWait(); // the server ends after the mount
      }
    }
    run(0, "rmi", shortName);
    assertThat(kept()).isEmpty();
    assertThat(run(0, "ls", "-q", layout).out()).isEqualTo("link\nmany\ntop\nusr\n");
    assertThat(run(0, "fsck").out()).contains("all sound");
  }

  /** Has a mount that another command can be handed to the server of. */
  private void startServer() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    others.add(other);
    run(0, "mount", "-q", "--backend=kernel", "oci:" + scene.layout("1"), other.toString());
  }

  private Launcher.Result bash(int code, String line) throws Exception {
    Launcher.Result result = ocifs.bash("cd " + folder + " || exit 99; " + line);
    assertThat(result.code()).as("%s", result).isEqualTo(code);
    return result;
  }

  /** By the launcher alone, and by a JVM. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ocifs mount -q --backend=kernel %s mount",
        "echo '%s mount' | ocifs mount -q --backend=kernel --batch -"
      })
  void aServerUsesTheCredentialsOfWhoAsks(String command) throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    startServer();
    scene.registry.logins().demandPassword(new Credential("user", "password", false));
    String right = "dXNlcjpwYXNzd29yZA=="; // user:password
    String auths = "{\"auths\":{\"" + scene.registry.host() + "\":{\"auth\":\"" + right + "\"}}}";
    Files.writeString(folder.resolve("auth.json"), auths);
    Files.createDirectory(folder.resolve("docker"));
    Files.writeString(folder.resolve("docker/config.json"), auths);
    Path home = Files.createDirectories(folder.resolve("home/.docker"));
    Files.writeString(home.resolve("config.json"), auths);
    String mount = String.format(Locale.ROOT, command, scene.name());
    assertThat(bash(14, mount).err()).contains("log in");
    for (String variable :
        List.of("REGISTRY_AUTH_FILE=auth.json", "DOCKER_CONFIG=docker", "HOME=home")) {
      bash(0, "export XDG_RUNTIME_DIR= " + variable + "; " + mount);
      assertThat(dir.resolve("usr/last")).hasContent("the last");
      run(0, "umount", dir.toString());
      run(0, "rmi", "--force", shortName);
      assertThat(bash(14, mount).err()).as("after " + variable).contains("log in");
    }
    bash(0, mount.replace("-q", "-q --authfile auth.json"));
    assertThat(run(0, "server", "status").out()).containsPattern("mounts +2");
  }

  @Test
  void aServerUsesTheProxyOfWhoAsks() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    startServer();
    String mount = "ocifs mount -q --backend=kernel " + scene.name() + " mount";
    assertThat(bash(2, "export HTTP_PROXY=socks5://localhost:1 NO_PROXY=; " + mount).err())
        .contains("HTTP_PROXY", "socks5");
    bash(0, "export HTTP_PROXY=socks5://localhost:1; unset HTTP_PROXY; " + mount);
    assertThat(dir.resolve("usr/last")).hasContent("the last");
  }

  @Test
  void theLauncherKnowsTheVariablesThatAServerNeeds() throws Exception {
    Path script = Launcher.home().resolve("cli/src/main/dist/launch.sh");
    assertThat(
            ocifs
                .bash("source \"$0\"; echo \"${registry_variables[*]}\"", script.toString())
                .out()
                .strip())
        .isEqualTo(String.join(" ", RegistryVariables.NAMES));
  }

  @Test
  void blobsInsideTheOwnNetworkAreFetchedOnlyWhereThatIsAllowed() throws Exception {
    try (TestRegistry storage = TestRegistry.start()) {
      for (int i = 0; i < scene.layers().size(); i++) {
        storage.putBlob("x", scene.layers().get(i), scene.blob(i));
      }
      scene.registry.always(
          Route.BLOB,
          visit -> {
            String path = visit.exchange.getRequestURI().getPath();
            String digest = path.substring(path.lastIndexOf('/') + 1);
            if (scene.layers().contains(Digest.parse(digest))) {
              Fault.redirect(307, storage.url("/storage/" + digest)).apply(visit);
            }
          });
      assertThat(run(6, "pull", "-q", "--read-timeout=3600", scene.name()).err().lines())
          .singleElement()
          .asString()
          .contains(scene.name(), "private network", "--allow-private");
      assertThat(storage.recorded()).isEmpty();
      run(0, "pull", "-q", "--allow-private", scene.name());
      assertThat(storage.requests(Route.STORAGE)).isPositive();
      assertThat(run(0, "cat", "-q", shortName, "usr/last").out()).isEqualTo("the last");
    }
  }

  @Test
  void layersThatLieElsewhereAreFetchedOnlyWhereThatIsAllowed() throws Exception {
    String type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    byte[] tar = TarWriter.tar(Entry.file("f", "from elsewhere"));
    TestLayer layer = new TestLayer(tar, LayerBytes.GZIP, type);
    scene.put("foreign", TestImage.of(layer));
    byte[] blob = LayerBytes.GZIP.of(tar);
    Digest digest = Digest.parse("sha256:" + TestImage.sha256(blob));
    scene.registry.removeBlob(Scene.REPOSITORY, digest);
    try (TestRegistry elsewhere = TestRegistry.start()) {
      elsewhere.putBlob("x", digest, blob);
      String listed = "\"" + type + "\"";
      String urls = ",\"urls\":[\"" + elsewhere.url("/storage/" + digest) + "\"]";
      String manifest = Files.readString(manifest("foreign"));
      assertThat(manifest).contains(listed);
      scene.registry.putManifest(
          Scene.REPOSITORY,
          "foreign",
          MediaType.OCI_MANIFEST,
          manifest.replace(listed, listed + urls).getBytes(StandardCharsets.UTF_8));
      String name = scene.name("foreign");
      assertThat(run(3, "pull", "-q", "--read-timeout=3600", name).err())
          .contains(digest.toString(), "--allow-foreign-urls");
      assertThat(run(6, "pull", "-q", "--read-timeout=3600", "--allow-foreign-urls", name).err())
          .contains("--allow-private");
      assertThat(elsewhere.recorded()).isEmpty();
      run(0, "pull", "-q", "--allow-foreign-urls", "--allow-private", name);
      assertThat(run(0, "cat", "-q", name, "f").out()).isEqualTo("from elsewhere");
    }
  }

  /** The manifest of an image in its layout. */
  private Path manifest(String tag) throws IOException {
    Path layout = scene.layout(tag);
    Matcher digest =
        Pattern.compile("sha256:([0-9a-f]{64})")
            .matcher(Files.readString(layout.resolve("index.json")));
    assertThat(digest.find()).isTrue();
    return layout.resolve("blobs/sha256").resolve(digest.group(1));
  }
}
