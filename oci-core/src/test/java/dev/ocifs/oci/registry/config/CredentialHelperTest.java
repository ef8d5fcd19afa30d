package dev.ocifs.oci.registry.config;

import static dev.ocifs.oci.registry.config.TestMachine.auths;
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
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialHelperTest {
  private static final String SECRET = "hunter2-do-not-print";
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private TestMachine machine;

  @BeforeEach
  void make() {
    machine = new TestMachine(folder);
  }

  /** Notes each call as "ARGUMENT HOST", and answers with the lines given. */
  private void helper(String name, String answer) throws IOException {
    machine.helper(name, "host=$(cat)\necho \"$1 $host\" >> " + calls(name) + "\n" + answer);
  }

  private Path calls(String name) {
    return machine.home.resolve("calls-" + name);
  }

  private Optional<Credential> ask(String name, String host) throws IOException {
    return CredentialHelper.named(machine.machine(), name, LONG).get(host);
  }

  private static String answer(String user, String secret) {
    return "echo '{\"ServerURL\":\"x\",\"Username\":\"%s\",\"Secret\":\"%s\"}'\n"
        .formatted(user, secret);
  }

  private Optional<Credential> find(String host) throws IOException {
    return machine.config().credentials().find(host, "a/b");
  }

  @Test
  void aHelperOfAHostIsAskedInsteadOfTheFile() throws IOException {
    helper("one", answer("helper", "s"));
    machine.home(
        ".docker/config.json",
        auths("r.io", "file", "s").replaceFirst("\\{", "{\"credHelpers\": {\"r.io\": \"one\"},"));
    assertThat(find("r.io")).contains(new Credential("helper", "s", false));
    assertThat(calls("one")).hasContent("get r.io");
    assertThat(find("other.io")).isEmpty();
    assertThat(calls("one")).hasContent("get r.io");
  }

  @Test
  void aStoreKeepsAllHostsAndWhatItDoesNotHaveIsInTheFile() throws IOException {
    helper(
        "all",
        "if [ \"$host\" = r.io ]; then "
            + answer("store", "s").strip()
            + "; else echo credentials not found in native keychain; exit 1; fi\n");
    machine.home(
        ".docker/config.json",
        "{\"credsStore\": \"all\", " + auths("f.io", "file", "s").substring(1));
    assertThat(find("r.io")).map(Credential::user).contains("store");
    assertThat(find("f.io")).map(Credential::user).contains("file");
    assertThat(find("docker.io")).isEmpty();
    assertThat(Files.readAllLines(calls("all")))
        .containsExactly(
            "get r.io", "get f.io", "get https://index.docker.io/v1/", "get docker.io");
  }

  @Test
  void helpersOfRegistriesConfAreAskedInTheirOrder() throws IOException {
    helper("first", "echo credentials not found in native keychain; exit 1\n");
    helper("last", answer("last", "s"));
    machine.root(
        "etc/containers/registries.conf",
        "credential-helpers = [\"first\", \"containers-auth.json\", \"last\"]\n");
    machine.home(".docker/config.json", auths("f.io", "file", "s"));
    assertThat(find("f.io")).map(Credential::user).contains("file");
    assertThat(find("r.io")).map(Credential::user).contains("last");
    assertThat(Files.readAllLines(calls("first"))).containsExactly("get f.io", "get r.io");
  }

  @Test
  void theUserTokenMeansAnIdentityToken() throws IOException {
    helper("one", answer("<token>", "t"));
    assertThat(ask("one", "r.io")).contains(new Credential("", "t", true));
  }

  @Test
  void anAnswerIsKeptUntilItIsRefused() throws IOException {
    helper("one", answer("u", "s"));
    machine.home(".docker/config.json", "{\"credsStore\": \"one\"}");
    Credentials credentials = machine.config().credentials();
    Credential credential = credentials.find("r.io", "a").orElseThrow();
    credentials.find("r.io", "a");
    assertThat(Files.readAllLines(calls("one"))).hasSize(1);
    credentials.refused("r.io", credential);
    credentials.find("r.io", "a");
    assertThat(Files.readAllLines(calls("one"))).hasSize(2);
  }

  @Test
  void aHelperThatIsMissingIsNamedButAMissingStoreHasNothing() throws IOException {
    machine.env.put("PATH", "/usr/bin:/bin");
    machine.home(
        ".docker/config.json",
        "{\"credsStore\": \"absent\", \"credHelpers\": {\"h.io\": \"missing\"}}");
    assertThat(find("r.io")).isEmpty();
    assertThatThrownBy(() -> find("h.io"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("docker-credential-missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/b", "", ".hidden", "a b", "-x", "a\nb"})
  void aNameIsNoPath(String name) {
    assertThatThrownBy(() -> CredentialHelper.named(machine.machine(), name, LONG))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE));
  }

  @Test
  void aFolderOfThePathThatIsRelativeIsNotSearched() throws IOException {
    helper("one", answer("u", "s"));
    machine.env.put("PATH", ":.:bin");
    assertThat(CredentialHelper.named(machine.machine(), "one", LONG).find()).isEmpty();
  }

  @Test
  void itsMessageIsRepeated() throws IOException {
    helper("one", "echo the keyring is locked; exit 1\n");
    assertThatThrownBy(() -> ask("one", "r.io"))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.IO))
        .hasMessageContaining("the keyring is locked");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo '{\"Username\":\"u\",\"Secret\":\"" + SECRET + "\"}'; exit 1",
        "echo '{\"Username\":\"u\",\"Secret\":" + SECRET + "}'",
        "echo '{\"Secret\":\"" + SECRET + "'",
        "echo '\"" + SECRET + "\"'",
        "echo " + SECRET + " >&2; exit 2",
      })
  void whatIsNoMessageIsNotRepeated(String script) throws IOException {
    helper("one", script + "\n");
    assertThatThrownBy(() -> ask("one", "r.io"))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace, true));
              assertThat(trace.toString()).contains("docker-credential-one").doesNotContain(SECRET);
            });
  }

  @Test
  void anEndlessAnswerIsCutOff() throws IOException {
    machine.helper("one", "exec cat /dev/zero\n");
    assertThatThrownBy(() -> ask("one", "r.io"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("longer than 65536 bytes");
  }

  @Test
  void aHelperThatHangsIsEnded() throws IOException {
    Path pid = machine.home.resolve("pid");
    machine.helper("one", "echo $$ > " + pid + "\nexec sleep 1000\n");
    CredentialHelper helper =
        CredentialHelper.named(machine.machine(), "one", Duration.ofSeconds(2));
    assertThatThrownBy(() -> helper.get("r.io"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("has not answered for 2 s");
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(process -> assertThat(process.onExit()).succeedsWithin(LONG));
  }

  @Test
  void whatItLeavesBehindDoesNotHoldUsUp() throws IOException {
    Path pid = machine.home.resolve("pid");
    machine.helper("one", "sleep 1000 >/dev/null &\necho $! > " + pid + "\n" + answer("u", "s"));
    assertThat(ask("one", "r.io")).isPresent();
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void itSeesTheVariablesOfTheUserOnly() throws IOException {
    machine.env.put("AWS_PROFILE", "mine");
    helper("one", "echo \"{\\\"Username\\\":\\\"$AWS_PROFILE\\\",\\\"Secret\\\":\\\"s\\\"}\"\n");
    assertThat(ask("one", "r.io")).map(Credential::user).contains("mine");
  }
}
