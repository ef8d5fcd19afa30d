package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How mounts of any backend begin, what the machine says of them, and how they end. */
abstract class MountPointContract extends MountedView {
  @Test
  void mountTableSaysWhatIsMountedAndHow() throws Exception {
    Path safe = mount("oci:/a, b\\c:tag", defaults()).dir();
    MountTable.Entry entry = MountTable.at(safe).orElseThrow();
    assertThat(entry.type()).isEqualTo(MountTable.TYPE);
    assertThat(entry.isOcifs()).isTrue();
    assertThat(entry.source()).isEqualTo("oci:/a, b\\c:tag");
    assertThat(entry.options()).contains("ro").contains("nosuid").contains("nodev");
    if (Machine.isRoot()) {
      Path open = mount("x", defaults().withSuid(true).withDev(true)).dir();
      assertThat(MountTable.at(open).orElseThrow().options())
          .doesNotContain("nosuid")
          .doesNotContain("nodev");
    }
  }

  @Test
  void permissionsCountWhereOthersSeeTheMount() throws Exception {
    assumeTrue(Machine.isRoot(), "only root can become somebody else");
    view.file(view.root, "secret", 0600, new byte[10]);
    view.file(view.root, "public", 0644, new byte[10]);
    Path shared = mount("x", defaults().withAllowOther(true)).dir();
    Path alone = mount();
    letOthersThrough(temp);

    assertThat(asNobody("cat " + shared + "/public")).isZero();
    assertThat(asNobody("cat " + shared + "/secret")).isNotZero();
    assertThat(asNobody("cat " + alone + "/public")).isNotZero();
  }

  private static void letOthersThrough(Path dir) throws IOException {
    Files.setAttribute(dir, "unix:mode", 0755);
    try (var children = Files.newDirectoryStream(dir)) {
      for (Path child : children) {
        if (MountTable.at(child).isEmpty()) {
          Files.setAttribute(child, "unix:mode", 0755);
        }
      }
    }
  }

  private static int asNobody(String command) throws Exception {
    return new ProcessBuilder("setpriv", "--reuid=65534", "--clear-groups", "sh", "-c", command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void oneProcessServesSeveralMountsAndUnmountsThemOneByOne() throws Exception {
    view.file(view.root, "file", 0644, new byte[10]);
    List<Mount> mounts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      mounts.add(mount("image" + i, defaults()));
    }
    for (int i = 0; i < mounts.size(); i++) {
      mounts.get(i).close();
      assertThat(MountTable.at(mounts.get(i).dir())).isEmpty();
      assertThat(mounts.get(i).dir()).isEmptyDirectory();
      for (int j = i + 1; j < mounts.size(); j++) {
        assertThat(mounts.get(j).dir().resolve("file")).hasSize(10);
      }
    }
  }

  @Test
  void closingLeavesNoThreadAndTheDirectoryCanBeUsedAgain() throws Exception {
    Path dir = Files.createDirectory(temp.resolve("again"));
    for (int i = 0; i < 3; i++) {
      Mount mount = mounter.mount(new MountRequest(view, dir, "x", defaults()));
      assertThat(serving(dir)).isNotEmpty();
      mount.close();
      mount.close();
      mount.awaitUnmounted();
      for (Thread thread : serving(dir)) {
        thread.join();
      }
      assertThat(MountTable.at(dir)).isEmpty();
    }
  }

  @Test
  void anUnmountFromOutsideEndsTheMount() throws Exception {
    Mount mount = mount("x", defaults());
    Machine.run("umount", mount.dir().toString());

    mount.awaitUnmounted();
    mount.close();
    assertThat(mount.dir()).isEmptyDirectory();
  }

  @Test
  void aBusyMountNamesItsUserAndClosesAnyway() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    view.file(
        view.root,
        "file",
        0644,
        1 << 20,
        (pos, dst) -> {
          calls.incrementAndGet();
          dst.fill((byte) 1);
        });
    Mount mount = mount("x", defaults());
    InputStream in = Files.newInputStream(mount.dir().resolve("file"));

    assertThatThrownBy(() -> Unmounter.unmount(mount.dir(), false))
        .hasMessageContaining("is busy: used by")
        .hasMessageContaining("(" + ProcessHandle.current().pid() + ")")
        .hasMessageContaining("ocifs umount --lazy " + mount.dir());
    assertThat(in.read()).isOne();

    mount.close();
    assertThat(MountTable.at(mount.dir())).isEmpty();
    int before = calls.get();
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    assertThat(calls).as("calls to the view after close").hasValue(before);
  }

  @Test
  void aLazyUnmountKeepsOpenFilesReadable() throws Exception {
    view.file(view.root, "file", 0644, 1 << 20, (pos, dst) -> dst.fill((byte) 1));
    Mount mount = mount("x", defaults());
    try (InputStream in = Files.newInputStream(mount.dir().resolve("file"))) {
      Unmounter.unmount(mount.dir(), true);
      assertThat(mount.dir()).isEmptyDirectory();
      assertThat(in.readAllBytes()).hasSize(1 << 20);
    }
    mount.awaitUnmounted();
  }
}
