package dev.ocifs.mount.internal.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.mount.Errno;
import dev.ocifs.mount.MountTable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root and Linux. */
class FsContextTest {
  @TempDir Path dir;

  @BeforeEach
  void begin() {
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "not Linux");
    assumeTrue(Libc.isRoot(), "not root");
  }

  @Test
  void mountsWithItsOptionsAtTheDirectory() throws Exception {
    Path link =
        Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("d")));
    try (FsContext context = new FsContext("tmpfs")) {
      context.set("source", Path.of("/no/such, but long".repeat(10)));
      context.set("size", "8k");
      context.set("ro");
      assertThat(context.mount(link, FsContext.MOUNT_ATTR_RDONLY | FsContext.MOUNT_ATTR_NODEV))
          .isZero();
    }
    try {
      MountTable.Entry entry = MountTable.at(dir.resolve("d")).orElseThrow();
      assertThat(entry.type()).isEqualTo("tmpfs");
      assertThat(entry.source()).isEqualTo("/no/such, but long".repeat(10));
      assertThat(entry.options()).contains("ro", "nodev", "size=8k").doesNotContain("nosuid");
    } finally {
      assertThat(Libc.umount2(dir.resolve("d"), 0)).isZero();
    }
  }

  @Test
  void theFirstCallThatFailsTellsWhyAndTheKernelSaysWhat() throws Exception {
    try (FsContext context = new FsContext("tmpfs")) {
      context.set("nonsense", "1");
      context.set("size", "8k");
      assertThat(context.mount(dir, 0)).isEqualTo(Errno.EINVAL);
      assertThat(context.messages()).singleElement().asString().contains("nonsense");
    }
    try (FsContext context = new FsContext("no such type")) {
      context.set("size", "8k");
      assertThat(context.mount(dir, 0)).isEqualTo(Errno.ENODEV);
      assertThat(context.messages()).isEmpty();
    }
    try (FsContext context = new FsContext("tmpfs")) {
      assertThat(context.mount(dir.resolve("absent"), 0)).isEqualTo(Errno.ENOENT);
    }
    assertThat(MountTable.at(dir)).isEmpty();
  }

  @Test
  void aValueIsAsLongAsTheConstantSaysAtMost() {
    for (int longer = 0; longer < 2; longer++) {
      try (FsContext context = new FsContext("tmpfs")) {
        context.set("source", "s".repeat(FsContext.MAX_VALUE_BYTES + longer));
        context.set("nonsense");
        assertThat(context.mount(dir, 0)).isEqualTo(Errno.EINVAL);
        assertThat(context.messages()).hasSize(1 - longer); // the option itself, or it
      }
    }
  }
}
