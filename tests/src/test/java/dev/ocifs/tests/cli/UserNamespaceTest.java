package dev.ocifs.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users without any privilege mount images: as the root of a user namespace of their own, and by
 * fusermount3. Needs root, to become such a user, and lets everybody use /dev/fuse meanwhile, as
 * distributions do.
 */
class UserNamespaceTest {
  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final String AS_NOBODY =
      "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent ";

  @TempDir Path folder;
  private Launcher ocifs = new Launcher(Path.of(""));
  private Set<PosixFilePermission> before = Set.of();
  private String image = "";

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(Launcher.isBuilt(), "the launcher has no jars: run mvn verify");
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    assumeTrue(Launcher.canMount(), "no /dev/fuse");
    ocifs = new Launcher(folder);
    assumeTrue(
        ocifs.bash(AS_NOBODY + "test -x '" + Launcher.home() + "/ocifs'").code() == 0,
        "the source tree is closed to others");
    Path layout =
        OciLayoutWriter.write(
            folder.resolve("image"), TestImage.ofEntries(List.of(List.of(Entry.file("f", "x")))));
    image = "oci:" + layout;
    Files.createDirectory(folder.resolve("mnt"));
    assertThat(ocifs.bash("chmod 755 '" + folder + "'; chown -R 65534 '" + folder + "'").code())
        .isZero();
    before = Files.getPosixFilePermissions(DEVICE);
    Files.setPosixFilePermissions(DEVICE, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  @AfterEach
  void restore() throws IOException {
    if (!before.isEmpty()) {
      Files.setPosixFilePermissions(DEVICE, before);
    }
  }

  /** A line of bash as a user without privilege, in which {@code ocifs} is the launcher. */
  private Launcher.Result asNobody(String before, String line) throws Exception {
    String script =
        "ocifs() { '" + Launcher.home() + "/ocifs' \"$@\"; }; cd '" + folder + "'; " + line;
    return ocifs.bash(AS_NOBODY + before + "bash -c \"$0\"", script);
  }

  @Test
  void theRootOfAUserNamespaceMounts() throws Exception {
    Launcher.Result unshare = asNobody("unshare -Urm ", "true");
    assumeTrue(unshare.code() == 0, "no user namespaces: " + unshare.err());
    String line =
        "ocifs mount -q --backend kernel "
            + image
            + " mnt && cat mnt/f && stat -c %u mnt/f"
            + " && ocifs umount mnt && ls mnt";
    assertThat(asNobody("unshare -Urm ", line)).isEqualTo(new Launcher.Result(0, "x0\n", ""));
  }

  @Test
  void othersMountByFusermount() throws Exception {
    assumeTrue(ocifs.bash("command -v fusermount3").code() == 0, "no fusermount3");
    for (String backend : List.of("kernel", "auto")) {
      String line =
          "ocifs mount -q --backend "
              + backend
              + " "
              + image
              + " mnt && cat mnt/f && ocifs umount mnt && ls mnt";
      assertThat(asNobody("", line)).as(backend).isEqualTo(new Launcher.Result(0, "x", ""));
    }
  }
}
