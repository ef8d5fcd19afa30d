package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.mount.internal.ffm.KernelRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the machine's own words: its version, and the state of its threads. */
class KernelReleaseTest {
  @TempDir Path temp;

  @Test
  void releasesAreReadAndCompared() {
    assertThat(KernelRelease.parse("6.18.44-fc-v657")).isEqualTo(new KernelRelease(6, 18));
    assertThat(KernelRelease.parse("5.10")).isEqualTo(new KernelRelease(5, 10));
    assertThat(KernelRelease.parse("7-rc1")).isEqualTo(new KernelRelease(7, 1));
    assertThat(KernelRelease.parse("")).isEqualTo(new KernelRelease(0, 0));
    assertThat(KernelRelease.parse("99999999999.1").major()).isZero();
    assertThat(new KernelRelease(5, 4).isAtLeast(KernelFuseBackend.OLDEST)).isTrue();
    assertThat(new KernelRelease(5, 3).isAtLeast(KernelFuseBackend.OLDEST)).isFalse();
    assertThat(new KernelRelease(4, 19).isAtLeast(KernelFuseBackend.OLDEST)).isFalse();
    assertThat(new KernelRelease(6, 0).isAtLeast(KernelFuseBackend.OLDEST)).isTrue();
  }

  @Test
  void aThreadDiesWhenSigkillIsPending() throws IOException {
    assertThat(dying("SigPnd:\t0000000000000100\nShdPnd:\t0000000000000000\n")).isTrue();
    assertThat(dying("SigPnd:\t0000000000000000\nShdPnd:\t0000000000004100\n")).isTrue();
    assertThat(dying("SigPnd:\t0000000000004000\nShdPnd:\t0000000000010000\n")).isFalse();
    assertThat(dying("Name:\tx\n")).isFalse();
    assertThat(dying("SigPnd:\tnonsense\n")).isFalse();
    assertThat(DyingThreads.contains((int) ProcessHandle.current().pid())).isFalse();
    assertThat(DyingThreads.contains(0)).isFalse();
    assertThat(DyingThreads.contains(temp.resolve("gone"))).isFalse();
  }

  private boolean dying(String status) throws IOException {
    return DyingThreads.contains(
        Files.writeString(temp.resolve("status"), "Name:\tcat\n" + status));
  }
}
