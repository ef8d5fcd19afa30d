package dev.ocifs.oci.registry.config;

import static dev.ocifs.oci.registry.config.TestMachine.auths;
import static dev.ocifs.oci.registry.config.TestMachine.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import dev.ocifs.oci.registry.Credentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCredentialsTest {
  private static final String SECRET = "hunter2-do-not-print";

  @TempDir private Path folder;
  private TestMachine machine;

  @BeforeEach
  void make() {
    machine = new TestMachine(folder);
  }

  private String userAt(String host, String repository) throws IOException {
    return machine.config().credentials().find(host, repository).map(Credential::user).orElse("");
  }

  @Test
  void filesAreAskedInTheOrderOfTheManual() throws IOException {
    List<Path> inOrder =
        List.of(
            machine.home("runtime/containers/auth.json", auths("r.io", "runtime", SECRET)),
            machine.home(".config/containers/auth.json", auths("r.io", "config", SECRET)),
            machine.home(".docker/config.json", auths("r.io", "docker", SECRET)),
            machine.home(
                ".dockercfg", "{\"https://r.io/v1/\": {\"auth\": \"" + base64("old:x") + "\"}}"));
    for (String user : List.of("runtime", "config", "docker", "old")) {
      assertThat(userAt("r.io", "a/b")).isEqualTo(user);
      Files.delete(inOrder.get(List.of("runtime", "config", "docker", "old").indexOf(user)));
    }
    assertThat(userAt("r.io", "a/b")).isEmpty();
  }

  @Test
  void variablesMoveTheFolders() throws IOException {
    machine.home(".config/containers/auth.json", auths("r.io", "home", SECRET));
    machine.home("xdg/containers/auth.json", auths("r.io", "xdg", SECRET));
    machine.home(".docker/config.json", auths("d.io", "home", SECRET));
    machine.home("docker/config.json", auths("d.io", "variable", SECRET));
    machine.env.put("XDG_CONFIG_HOME", machine.home.resolve("xdg").toString());
    machine.env.put("DOCKER_CONFIG", machine.home.resolve("docker").toString());
    assertThat(userAt("r.io", "a")).isEqualTo("xdg");
    assertThat(userAt("d.io", "a")).isEqualTo("variable");
  }

  @Test
  void withoutRuntimeFolderTheOneOfTheSystemCounts() throws IOException {
    machine.env.remove("XDG_RUNTIME_DIR");
    machine.root("run/containers/" + Machine.uid() + "/auth.json", auths("r.io", "system", SECRET));
    assertThat(userAt("r.io", "a")).isEqualTo("system");
  }

  @Test
  void aNamedFileIsTheOnlyOne() throws IOException {
    machine.home("runtime/containers/auth.json", auths("r.io", "runtime", SECRET));
    Path variable = machine.home("variable.json", auths("v.io", "variable", SECRET));
    Path option = machine.home("option.json", auths("o.io", "option", SECRET));
    machine.env.put("REGISTRY_AUTH_FILE", variable.toString());
    assertThat(userAt("v.io", "a")).isEqualTo("variable");
    assertThat(userAt("r.io", "a")).isEmpty();
    Credentials named =
        RegistryConfig.load(machine.env, machine.home, machine.options().withAuthFile(option))
            .credentials();
    assertThat(named.find("o.io", "a")).map(Credential::user).contains("option");
    assertThat(named.find("v.io", "a")).isEmpty();
  }

  @Test
  void aNamedFileHasToBeThere() {
    machine.env.put("REGISTRY_AUTH_FILE", "/no/such.json");
    assertThatThrownBy(() -> userAt("r.io", "a"))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining("/no/such.json")
        .hasMessageContaining("$REGISTRY_AUTH_FILE");
  }

  @Test
  void theMostSpecificKeyWins() throws IOException {
    machine.home(
        "runtime/containers/auth.json",
        "{\"auths\": {\"r.io\": {\"auth\": \"%s\"}, \"r.io/a\": {\"auth\": \"%s\"}, \"r.io/a/b\": {\"auth\": \"%s\"}}}"
            .formatted(base64("host:x"), base64("folder:x"), base64("image:x")));
    assertThat(userAt("r.io", "a/b")).isEqualTo("image");
    assertThat(userAt("r.io", "a/c")).isEqualTo("folder");
    assertThat(userAt("r.io", "ab")).isEqualTo("host");
    assertThat(userAt("r.io:5000", "a/b")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io",
        "index.docker.io",
        "https://index.docker.io/v1/",
        "index.docker.io/v1/",
        "registry-1.docker.io"
      })
  void dockerHubHasManyNames(String key) throws IOException {
    machine.home(".docker/config.json", auths(key, "hub", SECRET));
    assertThat(userAt("docker.io", "library/debian")).isEqualTo("hub");
    assertThat(userAt("registry-1.docker.io", "library/debian")).isEqualTo("hub");
    assertThat(userAt("r.io", "library/debian")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://r.io:5000", "http://r.io:5000/v2/", "r.io:5000/", "r.io:5000/v1/"})
  void addressesAreHosts(String key) throws IOException {
    machine.home(".docker/config.json", auths(key, "user", SECRET));
    assertThat(userAt("r.io:5000", "a")).isEqualTo("user");
  }

  @Test
  void aHostItselfWinsOverItsAddress() throws IOException {
    machine.home(
        ".docker/config.json",
        "{\"auths\": {\"https://r.io/v1/\": {\"auth\": \"%s\"}, \"r.io\": {\"auth\": \"%s\"}}}"
            .formatted(base64("address:x"), base64("host:x")));
    assertThat(userAt("r.io", "a")).isEqualTo("host");
  }

  @Test
  void allFormsOfOneEntryAreUnderstood() throws IOException {
    machine.home(
        ".docker/config.json",
        """
        {"HttpHeaders": {"X": ["y"]}, "auths": {
          "plain.io": {"username": "u", "password": "p", "email": "e"},
          "token.io": {"auth": "%s", "identitytoken": "t"},
          "colons.io": {"auth": "%s"},
          "padded.io": {"auth": "%s"},
          "empty.io": {}, "null.io": null, "nocolon.io": {"auth": "%s"}}}
        """
            .formatted(base64("u:"), base64("u:p:q"), base64("u:p\0\0"), base64("nothing")));
    Credentials credentials = machine.config().credentials();
    assertThat(credentials.find("plain.io", "a")).contains(new Credential("u", "p", false));
    assertThat(credentials.find("token.io", "a")).contains(new Credential("u", "t", true));
    assertThat(credentials.find("colons.io", "a")).contains(new Credential("u", "p:q", false));
    assertThat(credentials.find("padded.io", "a")).contains(new Credential("u", "p", false));
    assertThat(credentials.find("empty.io", "a")).isEmpty();
    assertThat(credentials.find("null.io", "a")).isEmpty();
    assertThat(credentials.find("nocolon.io", "a")).isEmpty();
  }

  @Test
  void anEmptyFileHasNothing() throws IOException {
    machine.home("runtime/containers/auth.json", "");
    machine.home(".docker/config.json", auths("r.io", "docker", SECRET));
    assertThat(userAt("r.io", "a")).isEqualTo("docker");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"auths\": {\"r.io\": {\"auth\": " + SECRET + "}}}",
        "{\"auths\": {\"r.io\": {\"auth\": \"" + SECRET + "\"}}}",
        "{\"auths\": {\"r.io\": \"" + SECRET + "\"}}",
        "{\"auths\": [\"" + SECRET + "\"]}",
        "{\"auths\": {\"r.io\": {\"auth\": [\"" + SECRET + "\"]}}}",
        "{\"auths\": {\"r.io\": {\"password\": \"" + SECRET,
        "{} " + SECRET,
        "\"" + SECRET + "\""
      })
  void aWrongFileIsNamedAndNotQuoted(String text) throws IOException {
    Path file = machine.home(".docker/config.json", text);
    assertThatThrownBy(() -> userAt("r.io", "a"))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE);
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace, true));
              assertThat(trace.toString()).contains(file.toString()).doesNotContain(SECRET);
            });
  }

  @Test
  void aFileThatIsTooLongIsNotRead() throws IOException {
    machine.home(".docker/config.json", " ".repeat(ConfigFile.MAX_BYTES + 1));
    assertThatThrownBy(() -> userAt("r.io", "a"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("longer than 1048576 bytes");
  }

  @Test
  void deepNestingIsHarmless() throws IOException {
    machine.home(".docker/config.json", "{\"x\": " + "[".repeat(900_000));
    assertThatThrownBy(() -> userAt("r.io", "a"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void aLoginIsSeenByAProcessThatRunsAndARefusalForgets() throws IOException {
    Credentials credentials = machine.config().credentials();
    assertThat(credentials.find("r.io", "a")).isEmpty();
    machine.home(".docker/config.json", auths("r.io", "u", "old"));
    Credential old = credentials.find("r.io", "a").orElseThrow();
    machine.home(".docker/config.json", auths("r.io", "u", "new"));
    assertThat(credentials.find("r.io", "a")).contains(old);
    credentials.refused("r.io", new Credential("u", "another", false));
    assertThat(credentials.find("r.io", "a")).contains(old);
    credentials.refused("r.io", old);
    assertThat(credentials.find("r.io", "a")).contains(new Credential("u", "new", false));
  }

  @Test
  void nothingPrintsASecret() throws IOException {
    machine.home(".docker/config.json", auths("r.io", "u", SECRET));
    machine.env.put("TOKEN", SECRET);
    ConfigFile file = ConfigFile.read(machine.home.resolve(".docker/config.json")).orElseThrow();
    Credentials credentials = machine.config().credentials();
    assertThat(
            List.of(
                    machine.machine(),
                    file,
                    AuthFile.parse(file, false),
                    credentials,
                    credentials.find("r.io", "a"))
                .toString())
        .doesNotContain(SECRET)
        .doesNotContain(base64("u:" + SECRET));
  }
}
