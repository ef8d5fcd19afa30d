package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.internal.ffm.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What tests need of the machine, and its programs as judges. */
final class Machine {
  private Machine() {}

  static void assumeFuse() {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse");
    assumeTrue(Libc.hasLibrary("libfuse.so.2"), "no libfuse 2");
  }

  static void assumeRoot() {
    assumeTrue(Libc.isRoot(), "not root");
  }

  /** The output of a program that succeeds, a char for a byte. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as("%s", List.of(command)).isZero();
    return out;
  }

  /** An open file of a mount that has gone gives an error where the kernel has not cached it. */
  static void assertCutOff(InputStream in, long beyond) {
    assertThatThrownBy(
            () -> {
              in.skipNBytes(beyond);
              in.read();
            })
        .hasMessageContaining("not connected");
    try {
      in.close();
    } catch (IOException expected) {
      // Closing says the same, but only when the kernel never learned that there is no flush.
    }
  }
}
