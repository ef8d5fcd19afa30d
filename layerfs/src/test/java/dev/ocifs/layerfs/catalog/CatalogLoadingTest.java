package dev.ocifs.layerfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogLoadingTest {
  @TempDir Path folder;

  @Test
  void theNativeLibraryIsUnpackedByTheFirstQuestionAndNotByLoadingClasses() throws Exception {
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.sqlite.tmpdir=" + unpacked,
                "-cp",
                System.getProperty("java.class.path"),
                CatalogStart.class.getName(),
                folder.resolve("catalog.db").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo("false then true");
  }
}
