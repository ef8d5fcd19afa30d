package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each obstacle to a mount has its own message and advice. */
class MountPointTest {
  @TempDir Path temp;
  private Path dir = Path.of("");
  private Path device = Path.of("");
  private Path conf = Path.of("");

  @BeforeEach
  void makeDirectory() throws IOException {
    dir = Files.createDirectory(temp.resolve("dir"));
    device = Files.createFile(temp.resolve("device"));
    conf = temp.resolve("fuse.conf");
  }

  @Test
  void anEmptyDirectoryIsFine() {
    assertThatCode(() -> MountPoint.check(dir, MountOptions.defaults(), host()))
        .doesNotThrowAnyException();
  }

  @Test
  void aMissingDirectory() {
    refuses(temp.resolve("none"), "no such directory", "mkdir -p " + temp.resolve("none"));
  }

  @Test
  void aFile() {
    refuses(device, "is not a directory", "empty directory");
  }

  @Test
  void aDirectoryWithSomethingInIt() throws IOException {
    Files.createFile(dir.resolve("something"));
    refuses(dir, "is not empty", "hide");
  }

  @Test
  void aMountPointOfSomethingElse() {
    refuses(Path.of("/proc"), "already a mount point, of proc", "choose another directory");
  }

  @Test
  void noDevice() throws IOException {
    Files.delete(device);
    refuses(dir, "has no " + device, "modprobe fuse");
  }

  @Test
  void noFusermountForAUser() {
    MountPoint.Host user = new MountPoint.Host(device, false, false, temp.toString(), conf);
    assertThatThrownBy(() -> MountPoint.check(dir, MountOptions.defaults(), user))
        .hasMessageContaining("no fusermount")
        .hasMessageContaining("install the package fuse3");
  }

  @Test
  void rootWithoutTheCapability() {
    MountPoint.Host jailed = new MountPoint.Host(device, true, false, "/bin", conf);
    assertThatThrownBy(() -> MountPoint.check(dir, MountOptions.defaults(), jailed))
        .hasMessageContaining("CAP_SYS_ADMIN")
        .hasMessageContaining("--cap-add");
  }

  @Test
  void optionsThatAUserMayNotUse() throws Exception {
    Path bin = Files.createDirectory(temp.resolve("bin"));
    Path fusermount = Files.createFile(bin.resolve("fusermount3"));
    assertThat(fusermount.toFile().setExecutable(true)).isTrue();
    MountPoint.Host user = new MountPoint.Host(device, false, false, bin.toString(), conf);
    MountOptions plain = MountOptions.defaults();
    MountPoint.check(dir, plain, user);
    assertThatThrownBy(() -> MountPoint.check(dir, plain.withSuid(true), user))
        .hasMessageContaining("only root may");
    assertThatThrownBy(() -> MountPoint.check(dir, plain.withDev(true), user))
        .hasMessageContaining("only root may");
    Files.writeString(conf, "#user_allow_other\n");
    assertThatThrownBy(() -> MountPoint.check(dir, plain.withAllowOther(true), user))
        .hasMessageContaining("users may not let others see")
        .hasMessageContaining("user_allow_other to " + conf);
    Files.writeString(conf, "# comment\nuser_allow_other\n");
    MountPoint.check(dir, plain.withAllowOther(true), user);
  }

  private MountPoint.Host host() {
    return new MountPoint.Host(device, true, true, "/bin", conf);
  }

  private void refuses(Path at, String what, String hint) {
    assertThatThrownBy(() -> MountPoint.check(at, MountOptions.defaults(), host()))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MOUNT))
        .hasMessageContaining(what)
        .hasMessageContaining(hint);
  }
}
