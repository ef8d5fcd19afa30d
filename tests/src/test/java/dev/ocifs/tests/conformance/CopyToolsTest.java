package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.model.TreeListing;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ocifs copies, the programs of others read. */
final class CopyToolsTest {
  @TempDir Path dir;
  private CopyBench bench;
  private String source = "";

  @BeforeEach
  void open() throws IOException {
    bench = new CopyBench(dir);
    source =
        "oci:"
            + OciLayoutWriter.write(
                dir.resolve("layout"), CopyTest.image(LayerBytes.GZIP, LayerBytes.GZIP));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static String run(String... command) throws IOException {
    Tools.Result result = Tools.run(command);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  @ParameterizedTest
  @ValueSource(strings = {"oci:%s/out:name:1", "oci-archive:%s/out:name:1"})
  void skopeoFindsTheSameDigest(String form) throws IOException {
    assumeTrue(Tools.has("skopeo"), "skopeo is not installed");
    String destination = form.formatted(dir);
    Descriptor copied = bench.copy(source, destination);
    assertThat(run("skopeo", "inspect", destination))
        .contains("\"Digest\": \"" + copied.digest() + "\"");
  }

  @Test
  void skopeoFindsTheSameDigestInARegistry() throws IOException {
    assumeTrue(Tools.has("skopeo"), "skopeo is not installed");
    String destination = "docker://" + bench.registry.host() + "/some/name:1";
    Descriptor copied = bench.copy(source, destination);
    assertThat(run("skopeo", "inspect", "--tls-verify=false", destination))
        .contains("\"Digest\": \"" + copied.digest() + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GZIP", "PLAIN"})
  void skopeoCopiesAnArchiveOfDocker(LayerBytes bytes) throws IOException {
    assumeTrue(Tools.has("skopeo"), "skopeo is not installed");
    String image =
        "oci:" + OciLayoutWriter.write(dir.resolve("image"), CopyTest.image(bytes, bytes));
    String archive = "docker-archive:" + dir.resolve("out.tar") + ":name:1";
    Descriptor copied = bench.copy(image, archive);
    assertThat(copied.size()).isPositive();
    String back = "oci:" + dir.resolve("back") + ":1";
    String ignored = run("skopeo", "copy", "--insecure-policy", archive, back);
    TreeListing expected = bench.list(image);
    assertThat(bench.list(back).differences(expected)).isEmpty();
  }

  @Test
  void umociListsAndUnpacksALayoutOfTwoImages() throws IOException {
    assumeTrue(Tools.has("umoci"), "umoci is not installed");
    Descriptor first = bench.copy(source, "oci:out:one");
    assertThat(bench.copy(source, "oci:out:two")).isEqualTo(first);
    assertThat(run("umoci", "list", "--layout", dir.resolve("out").toString()).lines())
        .containsExactlyInAnyOrder("one", "two");
    String ignored =
        run("umoci", "raw", "unpack", "--rootless", "--image", dir + "/out:two", dir + "/tree");
    assertThat(dir.resolve("tree/large")).hasSize(700_000);
  }
}
