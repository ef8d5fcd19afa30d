package dev.ocifs.oci.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShortNamesTest {
  private static final String CONF = "etc/containers/registries.conf";
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir private Path folder;
  private TestMachine machine;

  @BeforeEach
  void make() {
    machine = new TestMachine(folder);
  }

  private List<String> resolve(String typed) throws IOException {
    return machine.config().resolve(typed).stream().map(RegistryName::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "docker://debian,                  docker.io/library/debian:latest",
    "docker://debian:12,               docker.io/library/debian:12",
    "docker://user/app,                docker.io/user/app:latest",
    "docker://docker.io/debian,        docker.io/library/debian:latest",
    "docker://index.docker.io/debian,  docker.io/library/debian:latest",
    "docker://r.io/app,                r.io/app:latest",
    "docker://localhost/app:1,         localhost/app:1",
    "docker://localhost:5000/a/b/c,    localhost:5000/a/b/c:latest",
    "r.io:5000/app:1,                  r.io:5000/app:1",
    "docker.io/user/app,               docker.io/user/app:latest",
    "debian,                           docker.io/library/debian:latest",
    "user/app:1,                       docker.io/user/app:1",
  })
  void withoutConfigurationShortNamesAreOfDockerHub(String typed, String full) throws IOException {
    assertThat(resolve(typed)).containsExactly(full);
  }

  @Test
  void theTransportDoesNotSearch() throws IOException {
    machine.root(
        CONF, "unqualified-search-registries = [\"s.io\"]\n[aliases]\ndebian = \"a.io/debian\"\n");
    assertThat(resolve("docker://debian")).containsExactly("docker.io/library/debian:latest");
    assertThat(resolve("debian")).containsExactly("a.io/debian:latest");
    assertThat(resolve("other")).containsExactly("s.io/other:latest");
  }

  @Test
  void anAliasKeepsTagAndDigest() throws IOException {
    machine.root(CONF, "[aliases]\n\"app\" = \"a.io/x/app\"\n\"ns/app\" = \"b.io/app\"\n");
    assertThat(resolve("app:1")).containsExactly("a.io/x/app:1");
    assertThat(resolve("app@" + DIGEST)).containsExactly("a.io/x/app@" + DIGEST);
    assertThat(resolve("app:1@" + DIGEST)).containsExactly("a.io/x/app:1@" + DIGEST);
    assertThat(resolve("ns/app")).containsExactly("b.io/app:latest");
    assertThat(resolve("other/app")).containsExactly("docker.io/other/app:latest");
  }

  @Test
  void laterFilesOverrideAndErase() throws IOException {
    machine.root(
        CONF,
        "unqualified-search-registries = [\"one.io\"]\n[aliases]\na = \"1.io/a\"\nb = \"1.io/b\"\n");
    machine.root(
        "etc/containers/registries.conf.d/2.conf",
        "unqualified-search-registries = [\"two.io\"]\n[aliases]\na = \"2.io/a\"\nb = \"\"\n");
    assertThat(resolve("a")).containsExactly("2.io/a:latest");
    assertThat(resolve("b")).containsExactly("two.io/b:latest");
  }

  @Test
  void whatPodmanWroteDownComesLast() throws IOException {
    machine.env.put("XDG_CACHE_HOME", machine.home.resolve("cache").toString());
    machine.root(CONF, "[aliases]\na = \"1.io/a\"\n");
    String aliases = "[aliases]\na = \"asked.io/a\"\n";
    String file = "containers/short-name-aliases.conf";
    if (Machine.uid() == 0) {
      machine.root("var/cache/" + file, aliases);
    } else {
      machine.home("cache/" + file, aliases);
    }
    assertThat(resolve("a")).containsExactly("asked.io/a:latest");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short-name-mode = \"permissive\"", "short-name-mode = \"disabled\""})
  void severalRegistriesAreTriedInOrder(String mode) throws IOException {
    machine.root(CONF, "unqualified-search-registries = [\"b.io\", \"docker.io\"]\n" + mode);
    assertThat(resolve("app:1")).containsExactly("b.io/app:1", "docker.io/library/app:1");
  }

  @Test
  void enforcingLetsTheUserChoose() throws IOException {
    String mode = "short-name-mode = \"enforcing\"\n";
    machine.root(CONF, mode + "unqualified-search-registries = [\"b.io\", \"c.io\"]\n");
    assertThatThrownBy(() -> resolve("app:1"))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining("b.io/app:1, c.io/app:1");
    machine.root(CONF, mode + "unqualified-search-registries = [\"b.io\"]\n");
    assertThat(resolve("app:1")).containsExactly("b.io/app:1");
  }

  @Test
  void whoSearchesNowhereGetsNoDockerHub() throws IOException {
    machine.root(CONF, "unqualified-search-registries = []\n");
    assertThatThrownBy(() -> resolve("app"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("HOST/app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "docker://", "Upper", "r.io/", "a:b:c", "app@sha256:12", "/app", "a//b"})
  void whatIsNoNameIsAnErrorOfUse(String typed) {
    assertThatThrownBy(() -> resolve(typed))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE));
  }

  @Test
  void aFullNameReadsNoFile() throws IOException {
    machine.root(CONF, "this is not TOML");
    assertThat(resolve("r.io/app")).containsExactly("r.io/app:latest");
    assertThatThrownBy(() -> resolve("app")).isInstanceOf(OcifsException.class);
  }
}
