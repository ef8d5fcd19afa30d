package dev.ocifs.oci.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.LayoutVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreTest {
  @TempDir Path dir;
  private Path root;

  @BeforeEach
  void setRoot() {
    root = dir.resolve("a/store");
  }

  private static void fails(ThrowingCallable call, Object... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE);
              for (Object word : words) {
                assertThat(e).hasMessageContaining(word.toString());
              }
            });
  }

  @Test
  void createsAPrivateLayout() throws IOException {
    Store store = Store.open(root);
    try (Stream<Path> all = Files.walk(root.getParent())) {
      assertThat(all.filter(Files::isDirectory))
          .isNotEmpty()
          .allSatisfy(
              folder ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                      .isEqualTo("rwx------"));
    }
    LayoutVersion.check(read("oci-layout"));
    assertThat(ImageIndex.parse(read("index.json")).manifests()).isEmpty();
    assertThat(store.mountsDir()).isDirectory();
    assertThat(store.logsDir()).isDirectory();
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  private Document read(String name) throws IOException {
    return Document.of(Files.readAllBytes(root.resolve(name)), Limits.DEFAULT);
  }

  @Test
  void opensAgainAndKeepsWhatIsThere() throws IOException {
    Store.open(root);
    Files.writeString(root.resolve("index.json"), "mine");
    Store.open(root);
    assertThat(root.resolve("index.json")).hasContent("mine");
  }

  @Test
  void completesAStoreWhoseCreationWasInterrupted() throws IOException {
    Files.createDirectories(root.resolve("ocifs/tmp"));
    Files.writeString(root.resolve("oci-layout"), "{}");
    Store.open(root);
    assertThat(root.resolve("ocifs/VERSION")).exists();
  }

  @ParameterizedTest
  @CsvSource({
    "'ocifs-store 2\n', too new",
    "'ocifs-store 0\n', no longer reads",
    "'', damaged",
    "'ocifs-store 1', damaged",
    "'ocifs-store -1\n', damaged",
    "'ocifs-store 99999999999\n', damaged"
  })
  void tellsWhatIsWrongWithTheVersion(String content, String words) throws IOException {
    Store.open(root);
    Path version = root.resolve("ocifs/VERSION");
    Files.write(version, content.getBytes(US_ASCII));
    fails(() -> Store.open(root), version, words);
  }

  @Test
  void refusesFoldersThatAreNoStore() throws IOException {
    Files.createDirectories(root);
    Path document = Files.createFile(root.resolve("thesis.tex"));
    fails(() -> Store.open(root), root, "other files");
    fails(() -> Store.open(document), document, "not a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
  void refusesARootThatOthersMayWrite(String mode) throws IOException {
    Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
    fails(() -> Store.open(root), root, "others");
  }

  @Test
  void rootComesFromTheEnvironment() throws IOException {
    Map<String, String> home = Map.of("HOME", "/home/me");
    Map<String, String> xdg = Map.of("HOME", "/home/me", "XDG_DATA_HOME", "/data");
    Map<String, String> relative = Map.of("HOME", "/home/me", "XDG_DATA_HOME", "data");
    assertThat(Store.defaultRoot(home, false)).hasToString("/home/me/.local/share/ocifs");
    assertThat(Store.defaultRoot(xdg, false)).hasToString("/data/ocifs");
    assertThat(Store.defaultRoot(relative, false)).hasToString("/home/me/.local/share/ocifs");
    assertThat(Store.defaultRoot(xdg, true)).hasToString("/var/lib/ocifs");
    assertThat(Store.defaultRoot(Map.of("OCIFS_ROOT", "/x"), true)).hasToString("/x");
    fails(() -> Store.defaultRoot(Map.of(), false), "HOME");
  }

  @Test
  void namesFilesByKeyAndDigest() throws IOException {
    Store store = Store.open(root);
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, new byte[0]);
    String name = "sha256-" + digest.hex();
    assertThat(store.layerIndex(Store.fileName(digest)))
        .isEqualTo(root.resolve("ocifs/layers/" + name + ".idx"));
    assertThat(store.tree(digest)).isEqualTo(root.resolve("ocifs/trees/" + name + ".tree"));
    assertThat(store.object(digest))
        .isEqualTo(root.resolve("ocifs/objects/sha256/e3/" + digest.hex()));
    for (String key : new String[] {"", "../x", "a/b", ".hidden", "x".repeat(300)}) {
      fails(() -> store.layerIndex(key), "no key");
      fails(() -> store.lock(key), "no key");
    }
    assertThatThrownBy(() -> store.create(root.resolve("../outside")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
