package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.MountTable;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution, moved to a folder with a space, where no Java and few programs are found. */
class DistTest {
  /** Nothing answers at a port that only root may open, and that is no service's. */
  private static final String NO_REGISTRY = "localhost:1/nothing:1";

  /** All that its launcher runs, which every Debian has. */
  private static final List<String> PROGRAMS = List.of("perl", "readlink", "setsid");

  @TempDir static Path folder = Path.of("");
  private static Path home = Path.of("");
  private static String path = "";
  private static Launcher dist = new Launcher(Path.of(""));
  private static String image = "";
  private static Map<String, String> files = Map.of();

  @BeforeAll
  static void move() throws Exception {
    Path built = Launcher.HOME.resolve("dist");
    assumeTrue(Files.isExecutable(built.resolve("bin/ocifs")), "no dist/: run mvn verify");
    home = folder.resolve("moved here");
    assertThat(
            new ProcessBuilder("cp", "-a", built.toString(), home.toString())
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
    Path tools = Files.createDirectory(folder.resolve("tools"));
    for (String program : PROGRAMS) {
      Path wrapper = tools.resolve(program);
      Files.writeString(wrapper, "#!/bin/sh\nexec /usr/bin/" + program + " \"$@\"\n");
      assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    }
    path = tools.toString();
    dist = dist(Map.of());
    TestImage sample =
        TestImage.of(TestLayer.of(Entry.file("hello", "Hello.\n"), Entry.symlink("link", "hello")));
    image = "oci:" + OciLayoutWriter.write(folder.resolve("image"), sample);
    files = files();
  }

  /** Commands must work where nobody may write to the folder. */
  @AfterAll
  static void nothingWasWritten() throws IOException {
    assertThat(files()).isEqualTo(files);
  }

  private static Launcher dist(Map<String, String> more) {
    Map<String, String> environment = new TreeMap<>(more);
    environment.put("PATH", path);
    return new Launcher(folder, home.resolve("bin/ocifs"), environment);
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> found = new TreeMap<>();
    if (Files.isDirectory(home)) {
      try (Stream<Path> all = Files.walk(home)) {
        for (Path file : all.toList()) {
          found.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return found;
  }

  @Test
  void hasTheVersionOfTheSourceTree() throws Exception {
    Launcher.Result version = dist.run("--version");
    assertThat(version.out()).startsWith("ocifs ").doesNotContain("not from a jar");
    assertThat(version).isEqualTo(new Launcher(folder).run("--version"));
    // The launcher answers the first itself, the JVM the second.
    assertThat(dist.run("-q", "--version")).isEqualTo(version);
  }

  @Test
  void doesWhatTheSourceTreeDoes() throws Exception {
    Launcher source = new Launcher(folder);
    for (List<String> words :
        List.of(
            List.of("ls", "-qlR", image),
            List.of("cat", "-q", image, "link"),
            List.of("cat", "-q", image, "nowhere"),
            List.of("ls", "-q", "oci:/nowhere"),
            List.of("mount", "-q", image, "/nowhere"),
            List.of("pull", "-q", NO_REGISTRY),
            List.of("nonsense"),
            List.<String>of())) {
      String[] line = words.toArray(String[]::new);
      assertThat(dist.run(line)).as("ocifs %s", words).isEqualTo(source.run(line));
    }
    assertThat(dist.run("ls", "-q", image).out()).contains("hello");
    assertThat(dist.run("pull", "-q", NO_REGISTRY).code()).isEqualTo(15);
  }

  @Test
  void mountsTwiceByOneServer() throws Exception {
    assumeTrue(Launcher.canMount(), "this user cannot open /dev/fuse");
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    try {
      assertThat(dist.run("mount", "-q", image, first.toString()))
          .isEqualTo(new Launcher.Result(0, "", ""));
      assertThat(dist.run("mount", "-q", image, second.toString()))
          .isEqualTo(new Launcher.Result(0, "", ""));
      assertThat(second.resolve("link")).hasContent("Hello.\n");
      assertThat(
              dist.run("mounts", "--json").out().lines().filter(line -> line.contains("\"pid\"")))
          .hasSize(2)
          .map(String::strip)
          .containsOnly("\"pid\": " + server() + ",");
    } finally {
      dist.run("umount", "--all");
    }
    assertThat(MountTable.at(first)).isEmpty();
  }

  private static String server() throws Exception {
    String status = dist.run("server", "status").out();
    return status.replaceFirst("(?s)^\\D*(\\d+).*", "$1");
  }

  @Test
  void loadsItsClassesFromTheCache() throws Exception {
    Path log = folder.resolve("classes.log");
    dist(Map.of("OCIFS_JAVA_OPTS", "-Xlog:class+load:file=" + log)).run("ls", "-q", image);
    List<String> lines = Files.readAllLines(log);
    assertThat(lines)
        .anyMatch(line -> line.matches(".* dev\\.ocifs\\.cli\\.LsCommand source: shared.*"))
        .anyMatch(line -> line.matches(".* picocli\\.CommandLine source: shared.*"));
    // Proxies of annotations and the like are made anew each time.
    assertThat(lines.stream().filter(line -> line.contains("source: file:")).count())
        .isLessThan(lines.size() / 100);
  }

  /** One that it has not would be looked for in the jars, and their signatures verified. */
  @Test
  void namesTheSecurityProvidersThatItHas() throws Exception {
    List<String> named =
        Files.readAllLines(home.resolve("runtime/conf/security/java.security")).stream()
            .filter(line -> line.startsWith("security.provider."))
            .map(line -> line.replaceFirst(".*=", ""))
            .toList();
    Launcher.Result shown =
        dist.bash(
            "\"$0\" -XshowSettings:security:providers -version 2>&1",
            home.resolve("runtime/bin/java").toString());
    assertThat(shown.out().lines().filter(line -> line.contains("Provider name: ")))
        .hasSizeGreaterThan(3)
        .extracting(line -> line.replaceFirst(".*: ", ""))
        .isEqualTo(named);
  }

  @Test
  void runsQuietlyWithoutAUsableCache() throws Exception {
    Path damaged = Files.writeString(folder.resolve("damaged.aot"), "no cache");
    assertThat(dist(Map.of("OCIFS_JAVA_OPTS", "-XX:AOTCache=" + damaged)).run("ls", "-q", image))
        .isEqualTo(dist.run("ls", "-q", image));
  }

  @Test
  void aJarThatWasExchangedIsUsedAndNotTheCacheOfTheOld() throws Exception {
    Path other = folder.resolve("exchanged");
    assertThat(new ProcessBuilder("cp", "-a", home.toString(), other.toString()).start().waitFor())
        .isZero();
    Path log = folder.resolve("exchanged.log");
    Launcher exchanged =
        new Launcher(
            folder,
            other.resolve("bin/ocifs"),
            Map.of("PATH", path, "OCIFS_JAVA_OPTS", "-Xlog:class+load:file=" + log));
    for (boolean old : new boolean[] {true, false}) {
      Launcher.Result listed = exchanged.run("ls", "-q", image);
      assertThat(listed.out()).contains("hello");
      List<String> lines = Files.readAllLines(log);
      assertThat(lines.stream().anyMatch(line -> line.contains("LsCommand source: shared")))
          .isEqualTo(old);
      assertThat(lines).allMatch(line -> old || !line.contains("archivable.jar"));
      try (Stream<Path> jars = Files.list(other.resolve("lib"))) {
        Path jar =
            jars.filter(file -> file.toString().contains("picocli")).findFirst().orElseThrow();
        Files.setLastModifiedTime(
            jar,
            FileTime.from(
                Files.getLastModifiedTime(other.resolve("ocifs.aot")).toInstant().plusSeconds(1)));
      }
    }
  }

  @Test
  void isFoundByALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("ocifs"), home.resolve("bin/ocifs"));
    assertThat(new Launcher(folder, link, Map.of("PATH", path)).run("ls", "-q", image))
        .isEqualTo(dist.run("ls", "-q", image));
  }

  @Test
  void namesEveryJarAndItsLicence() throws IOException {
    String notice = Files.readString(home.resolve("THIRD-PARTY"));
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      List<String> others =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> name.endsWith(".jar"))
              .map(name -> name.replaceFirst("(-\\d.*)?\\.jar$", ""))
              .filter(name -> !List.of("oci-core", "layerfs", "fuse-mount").contains(name))
              .toList();
      assertThat(others).hasSizeGreaterThan(10);
      assertThat(others)
          .allSatisfy(name -> assertThat(notice).containsPattern("\\b" + name + "\\b"));
    }
  }
}
