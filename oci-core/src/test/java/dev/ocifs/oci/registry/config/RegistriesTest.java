package dev.ocifs.oci.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistriesTest {
  private static final String CONF = "etc/containers/registries.conf";
  private static final String DROP_INS = "etc/containers/registries.conf.d/";
  private static final String USER_CONF = ".config/containers/registries.conf";

  @TempDir private Path folder;
  private TestMachine machine;

  @BeforeEach
  void make() {
    machine = new TestMachine(folder);
  }

  private List<Endpoint> endpoints(String name) throws IOException {
    return machine.config().endpoints().of(RegistryName.parse(name));
  }

  /** Where the image is asked for in the end, as HOST/REPOSITORY. */
  private String primary(String name) throws IOException {
    List<Endpoint> all = endpoints(name);
    Endpoint last = all.get(all.size() - 1);
    return last.host() + "/" + last.repository();
  }

  private static String table(String prefix, String location) {
    return "[[registry]]\nprefix = \"" + prefix + "\"\nlocation = \"" + location + "\"\n";
  }

  @Test
  void withoutFilesTheRegistryItselfIsAsked() throws IOException {
    assertThat(endpoints("r.io/a/b:1")).containsExactly(new Endpoint("r.io", "a/b", false));
    assertThat(endpoints("localhost:5000/a"))
        .containsExactly(new Endpoint("localhost:5000", "a", true));
  }

  @Test
  void mirrorsComeFirstAndTheLocationLast() throws IOException {
    machine.root(
        CONF,
        """
        [[registry]]
        prefix = "example.com/foo"
        location = "internal.example.net/bar"
        [[registry.mirror]]
        location = "mirror-0.local:5000/for-foo/"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "mirror-1.local"
        insecure = true
        pull-from-mirror = "tag-only"
        [[registry]]
        location = "registry.com"
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "mirror.registry.com"
        """);
    assertThat(endpoints("example.com/foo/image:latest"))
        .containsExactly(
            new Endpoint("mirror-0.local:5000", "for-foo/image", false, true, true, false),
            new Endpoint("mirror-1.local", "image", true, true, false, true),
            new Endpoint("internal.example.net", "bar/image", false));
    assertThat(endpoints("registry.com/image"))
        .containsExactly(
            new Endpoint("mirror.registry.com", "image", false, true, true, false),
            new Endpoint("registry.com", "image", false));
    assertThat(endpoints("example.com/food")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "p.io/x,           hit.io/x",
    "p.io:5000/x,      p.io:5000/x",
    "p.io.evil/x,      p.io.evil/x",
    "p.io/ns/x,        ns.io/x",
    "p.io/nsx/x,       hit.io/nsx/x",
    "p.io/ns/deep/x,   deep.io/x",
    "p.io/ns/deep:2,   tag.io/deep",
    "q.io:5000/x,      port.io/x",
    "a.w.io/x,         wild.io/x",
    "a.b.w.io/x,       wild.io/x",
    "a.w.io:5000/x,    wild.io:5000/x",
    "w.io/x,           w.io/x",
    "aw.io/x,          aw.io/x",
    "x.io/a.w.io/x,    x.io/a.w.io/x",
    "s.w.io/x,         sub.io/x",
  })
  void theLongestPrefixIsChosen(String name, String there) throws IOException {
    machine.root(
        CONF,
        table("p.io", "hit.io")
            + table("p.io/ns", "ns.io")
            + table("p.io/ns/deep:2", "tag.io/deep")
            + table("q.io:5000", "port.io")
            + table("*.w.io", "wild.io")
            + table("s.w.io", "sub.io"));
    machine.root(DROP_INS + "deep.conf", table("p.io/ns/deep", "deep.io"));
    assertThat(primary(name)).isEqualTo(there);
  }

  @Test
  void aWildcardWithoutLocationLeavesTheNameAlone() throws IOException {
    machine.root(CONF, "[[registry]]\nprefix = \"*.w.io\"\ninsecure = true\n");
    assertThat(endpoints("a.w.io/x")).containsExactly(new Endpoint("a.w.io", "x", true));
  }

  @Test
  void aBlockedRegistryIsNotAskedAndTheFileIsNamed() throws IOException {
    Path file = machine.root(CONF, "[[registry]]\nlocation = \"evil.io\"\nblocked = true\n");
    machine.root(DROP_INS + "a.conf", "[[registry]]\nlocation = \"evil.io/good\"\n");
    assertThatThrownBy(() -> endpoints("evil.io/x"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("blocked")
        .hasMessageContaining(file.toString());
    assertThat(primary("evil.io/good/x")).isEqualTo("evil.io/good/x");
  }

  @Test
  void theOptionDecidesOverInsecure() throws IOException {
    machine.root(CONF, "[[registry]]\nlocation = \"r.io\"\ninsecure = true\n");
    RegistryName configured = RegistryName.parse("r.io/x");
    RegistryName local = RegistryName.parse("localhost/x");
    ConfigOptions options = machine.options();
    for (boolean verify : List.of(true, false)) {
      RegistryConfig config =
          RegistryConfig.load(machine.env, machine.home, options.withTlsVerify(verify));
      assertThat(config.endpoints().of(configured).get(0).insecure()).isEqualTo(!verify);
      assertThat(config.endpoints().of(local).get(0).insecure()).isEqualTo(!verify);
    }
    assertThat(endpoints("r.io/x").get(0).insecure()).isTrue();
  }

  @Test
  void aTableMayForbidInsecureOnThisMachine() throws IOException {
    machine.root(CONF, "[[registry]]\nlocation = \"localhost:5000\"\ninsecure = false\n");
    assertThat(endpoints("localhost:5000/x").get(0).insecure()).isFalse();
  }

  @Test
  void dropInsOverrideByPrefixInTheOrderOfTheirNames() throws IOException {
    machine.root(CONF, table("a.io", "main.io") + table("b.io", "main.io"));
    machine.root(DROP_INS + "20.conf", table("a.io", "twenty.io"));
    machine.root(DROP_INS + "10.conf", table("a.io", "ten.io") + table("c.io", "ten.io"));
    machine.root(DROP_INS + "30.conf.bak", table("a.io", "backup.io"));
    machine.home(USER_CONF + ".d/1.conf", table("c.io", "user.io"));
    assertThat(primary("a.io/x")).isEqualTo("twenty.io/x");
    assertThat(primary("b.io/x")).isEqualTo("main.io/x");
    assertThat(primary("c.io/x")).isEqualTo("user.io/x");
  }

  @Test
  void theFileOfTheUserReplacesAllOfTheSystem() throws IOException {
    machine.root(CONF, table("a.io", "system.io"));
    machine.root(DROP_INS + "1.conf", table("b.io", "system.io"));
    machine.home(USER_CONF, table("c.io", "user.io"));
    machine.home(USER_CONF + ".d/1.conf", table("d.io", "user.io"));
    assertThat(primary("a.io/x")).isEqualTo("a.io/x");
    assertThat(primary("b.io/x")).isEqualTo("b.io/x");
    assertThat(primary("c.io/x")).isEqualTo("user.io/x");
    assertThat(primary("d.io/x")).isEqualTo("user.io/x");
  }

  @Test
  void theVariableReplacesTheMainFileOnly() throws IOException {
    machine.root(CONF, table("a.io", "system.io"));
    machine.root(DROP_INS + "1.conf", table("b.io", "system.io"));
    machine.home(USER_CONF, table("c.io", "user.io"));
    Path named = machine.home("named.conf", table("d.io", "named.io"));
    machine.env.put("CONTAINERS_REGISTRIES_CONF", named.toString());
    assertThat(primary("a.io/x")).isEqualTo("a.io/x");
    assertThat(primary("b.io/x")).isEqualTo("system.io/x");
    assertThat(primary("c.io/x")).isEqualTo("c.io/x");
    assertThat(primary("d.io/x")).isEqualTo("named.io/x");
    Files.delete(named);
    assertThatThrownBy(() -> primary("a.io/x"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("$CONTAINERS_REGISTRIES_CONF");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x = 1\\ny = = 2 | line 2",
        "[[registry]]\\nlocation = 5 | registry[0].location",
        "[[registry]]\\nblocked = true | registry[0]",
        "[[registry]]\\nlocation = \"a.io\"\\nblocked = \"yes\" | registry[0].blocked",
        "[[registry]]\\nlocation = \"https://a.io\" | has a scheme",
        "[[registry]]\\nlocation = \"a.io/b:tag\" | registry[0].location",
        "[[registry]]\\nprefix = \"*.a.io/b\" | registry[0].prefix",
        "[[registry]]\\nprefix = \"a.io\"\\n[[registry]]\\nprefix = \"a.io\"\\nblocked = true | another table",
        "[[registry]]\\nlocation = \"a.io\"\\n[[registry.mirror]]\\ninsecure = true | registry[0].mirror[0]",
        "[[registry]]\\nlocation = \"a.io\"\\n[[registry.mirror]]\\nlocation = \"b.io\"\\npull-from-mirror = \"no\" | pull-from-mirror",
        "[[registry]]\\nlocation = \"a.io\"\\nmirror-by-digest-only = true\\n[[registry.mirror]]\\nlocation = \"b.io\"\\npull-from-mirror = \"all\" | pull-from-mirror",
        "[registry]\\nlocation = \"a.io\" | [[registry]]",
        "[registries.search]\\nregistries = [\"a.io\"] | version 1",
        "unqualified-search-registries = [\"a.io/b\"] | unqualified-search-registries",
        "unqualified-search-registries = \"a.io\" | unqualified-search-registries",
        "short-name-mode = \"ask\" | short-name-mode",
        "[aliases]\\n\"a.io/b\" = \"c.io/d\" | aliases.a.io/b",
        "[aliases]\\n\"b:1\" = \"c.io/d\" | aliases.b:1",
        "[aliases]\\n\"b\" = \"c.io/d:1\" | aliases.b",
        "[aliases]\\n\"b\" = \"d\" | aliases.b",
        "[aliases]\\n\"b\" = \"c.io/d\"\\n\"b\" = \"c.io/e\" | line 3",
        "credential-helpers = [1] | credential-helpers",
      })
  void aWrongFileIsNamedWithLineOrKey(String text, String place) throws IOException {
    Path file = machine.root(CONF, text.replace("\\n", "\n"));
    assertThatThrownBy(() -> endpoints("r.io/x"))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE))
        .hasMessageContaining(file.toString())
        .hasMessageContaining(place);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{b = "})
  void deepNestingIsAnErrorAndNoCrash(String piece) throws IOException {
    machine.root(CONF, "a = " + piece.repeat(100_000));
    assertThatThrownBy(() -> endpoints("r.io/x")).isInstanceOf(OcifsException.class);
  }

  @Test
  void deepKeysAreOnesThatNobodyAsksFor() throws IOException {
    machine.root(CONF, "a" + ".b".repeat(20_000) + " = 1\n" + table("a.io", "b.io"));
    assertThat(primary("a.io/x")).isEqualTo("b.io/x");
    machine.root(CONF, "[aliases]\na" + ".b".repeat(20_000) + " = 1\n");
    assertThatThrownBy(() -> endpoints("r.io/x"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("aliases.a");
  }

  @Test
  void aFileThatIsTooLongIsNotRead() throws IOException {
    machine.root(CONF, "#".repeat(ConfigFile.MAX_BYTES + 1));
    assertThatThrownBy(() -> endpoints("r.io/x"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("longer than");
  }

  @Test
  void unknownKeysAreForOtherPrograms() throws IOException {
    machine.root(CONF, "future = {a = [1, 2.5, 1979-05-27]}\n" + table("a.io", "b.io"));
    assertThat(primary("a.io/x")).isEqualTo("b.io/x");
  }

  @Test
  void aNameThatTheLocationMakesImpossibleIsAnErrorOfTheFile() throws IOException {
    machine.root(CONF, table("a.io", "b.io/UPPER"));
    assertThatThrownBy(() -> primary("a.io/x"))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("registries.conf");
  }
}
