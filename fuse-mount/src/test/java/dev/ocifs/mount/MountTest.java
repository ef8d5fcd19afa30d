package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a mount serves equals its view, and how mounts begin and end. */
@Timeout(60)
class MountTest {
  private static final byte[] NOTHING = {};

  @TempDir Path temp;
  private final Mounter mounter = new Mounter();
  private final FakeImageView view = new FakeImageView();

  @BeforeEach
  void needsFuse() {
    Machine.assumeFuse();
  }

  @AfterEach
  void unmountAll() {
    mounter.close();
  }

  @Test
  void servesTheTreeThatTheViewHolds() throws Exception {
    FakeImageView.Node dir = view.dir(view.root, "dir", 01777).owner(1000, 0xfffffff0);
    FakeImageView.Node file =
        view.file(dir, "suid", 04751, new byte[1000]).owner(12, 34).time(-5, 999_999_999);
    view.link(view.root, "again", file);
    view.file(view.root, "future", 0, NOTHING).time(1L << 40, 1);
    view.file(view.root, "ancient", 0644, NOTHING).time(-(1L << 40), 500);
    view.symlink(view.root, "link", "../to\u00ffno/such");
    view.add(view.root, "fifo", Attributes.S_IFIFO | 0640);
    view.add(view.root, "char", Attributes.S_IFCHR | 0666).device(1, 3);
    view.add(view.root, "block", Attributes.S_IFBLK | 0600).device(0xabc, 0x12345);
    FakeImageView.Node many = view.dir(dir, "many", 0755);
    for (int i = 0; i < 3000; i++) {
      view.file(many, "a name of some length, number " + i, 0644, NOTHING);
    }
    Path at = mount("tree").dir();

    assertThat(listing(at)).isEqualTo(expected());
    assertThat(Files.getAttribute(at.resolve("block"), "unix:rdev", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(0x123abc45L);
    assertThat(Files.getAttribute(at.resolve("char"), "unix:rdev", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(0x103L);
  }

  @Test
  void everyByteOfANamePassesBothWays() throws Exception {
    for (int b = 1; b < 256; b++) {
      if (b != '/' && b != '.') {
        view.file(view.root, Character.toString(b), 0644, new byte[b]);
      }
    }
    FakeImageView.Node deep = view.dir(view.root, "d\u00ff\u0080", 0755);
    view.file(deep, "\u00c3(".repeat(127), 0644, new byte[7]);
    Path at = mount("names").dir();

    assertThat(listing(at)).isEqualTo(expected());
  }

  @Test
  void contentIsReadAtAnyPlace() throws Exception {
    byte[] content = new byte[1_000_003];
    new Random(42).nextBytes(content);
    view.file(view.root, "file", 0644, content);
    Path file = mount("content").dir().resolve("file");

    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(999_990);
      assertThat(in.readAllBytes()).hasSize(13).endsWith(content[1_000_002]);
    }
  }

  @Test
  void extendedAttributesKeepTheirBytes() throws Exception {
    byte[] value = {0, -1, '\n', 0};
    view.file(view.root, "file", 0644, NOTHING)
        .xattr("user.binary", value)
        .xattr("user.e", NOTHING);
    Path file = mount("xattrs").dir().resolve("file");

    assertThat((byte[]) Files.getAttribute(file, "user:binary")).isEqualTo(value);
    assertThat((byte[]) Files.getAttribute(file, "user:e")).isEmpty();
    assertThat(Files.readAttributes(file, "user:*")).containsOnlyKeys("binary", "e");
    assertThatThrownBy(() -> Files.getAttribute(file, "user:none"))
        .isInstanceOf(FileSystemException.class);
  }

  @Test
  void everyWriteIsRefusedAsReadOnly() throws Exception {
    view.file(view.root, "file", 0666, new byte[3]);
    Path at = mount("writes").dir();
    Path file = at.resolve("file");

    assertThatThrownBy(() -> Files.write(file, NOTHING)).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.delete(file)).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.createFile(at.resolve("n"))).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.createDirectory(at.resolve("n")))
        .hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.move(file, at.resolve("n"))).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.setAttribute(file, "unix:mode", 0600))
        .hasMessageContaining("Read-only");
  }

  @Test
  void writesAreRefusedEvenWhenRootRemountsWritable() throws Exception {
    Machine.assumeRoot();
    view.file(view.root, "file", 0666, new byte[3]);
    Path at = mount("remounted").dir();
    Machine.run("mount", "-i", "-o", "remount,rw", at.toString());

    assertThat(MountTable.at(at).orElseThrow().options()).startsWith("rw");
    assertThatThrownBy(() -> Files.write(at.resolve("file"), NOTHING))
        .hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.createFile(at.resolve("n"))).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.delete(at.resolve("file"))).hasMessageContaining("Read-only");
  }

  @Test
  void readersOverlap() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    FakeImageView meeting =
        new FakeImageView() {
          @Override
          public int read(long inode, long pos, MemorySegment dst) throws IOException {
            try {
              both.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw new IOException("the other reader did not come", e);
            }
            return super.read(inode, pos, dst);
          }
        };
    meeting.file(meeting.root, "a", 0644, new byte[] {1});
    meeting.file(meeting.root, "b", 0644, new byte[] {2});
    Path at = mount("overlap", meeting).dir();
    CompletableFuture<byte[]> other =
        CompletableFuture.supplyAsync(() -> readUnchecked(at.resolve("b")));

    assertThat(Files.readAllBytes(at.resolve("a"))).containsExactly(1);
    assertThat(other.get(20, TimeUnit.SECONDS)).containsExactly(2);
  }

  @Test
  void aFailingViewGivesAnErrorAndTheMountLivesOn() throws Exception {
    FakeImageView damaged =
        new FakeImageView() {
          @Override
          public int read(long inode, long pos, MemorySegment dst) throws IOException {
            if (inode == 2) {
              throw new OcifsException(OcifsException.Kind.MISMATCH, "bad checksum");
            }
            if (inode == 3) {
              throw new AssertionError("not even an exception");
            }
            return super.read(inode, pos, dst);
          }
        };
    damaged.file(damaged.root, "bad", 0644, new byte[9]);
    damaged.file(damaged.root, "worse", 0644, new byte[9]);
    damaged.file(damaged.root, "good", 0644, new byte[9]);
    Path at = mount("damaged", damaged).dir();

    assertThatThrownBy(() -> Files.readAllBytes(at.resolve("bad")))
        .hasMessageContaining("Input/output error");
    assertThatThrownBy(() -> Files.readAllBytes(at.resolve("worse")))
        .hasMessageContaining("Input/output error");
    assertThat(Files.readAllBytes(at.resolve("good"))).hasSize(9);
  }

  @Test
  void oneProcessServesSeveralMountsAndUnmountsThemOneByOne() throws Exception {
    List<Mount> mounts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FakeImageView each = new FakeImageView();
      each.file(each.root, "number", 0644, new byte[i]);
      mounts.add(mount("m" + i, each));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(Files.size(mounts.get(i).dir().resolve("number"))).isEqualTo(i);
    }
    mounts.get(1).close();

    assertThat(mounts.get(1).dir()).isEmptyDirectory();
    assertThat(Files.size(mounts.get(2).dir().resolve("number"))).isEqualTo(2);
    mounter.close();
    for (Mount mount : mounts) {
      assertThat(mount.dir()).isEmptyDirectory();
    }
  }

  @Test
  void theMountTableSaysWhatIsMountedAndHow() throws Exception {
    Mount mount =
        mounter.mount(
            new MountRequest(view, newDir("with space\\and, comma"), "repo/img:1,suid", options()));

    MountTable.Entry entry = MountTable.at(mount.dir()).orElseThrow();
    assertThat(entry.type()).isEqualTo(MountTable.TYPE);
    assertThat(entry.source()).isEqualTo("repo/img:1_suid");
    assertThat(entry.options().split(",")).contains("ro", "nosuid", "nodev");
  }

  @Test
  void closingTwiceDoesNothingAndTheDirectoryCanBeUsedAgain() throws Exception {
    Mount mount = mount("twice");
    mount.close();
    mount.close();
    mount.awaitUnmounted();

    assertThat(MountTable.at(mount.dir())).isEmpty();
    mounter.mount(new MountRequest(view, mount.dir(), "image", options())).close();
  }

  @Test
  void anUnmountFromOutsideEndsTheMount() throws Exception {
    Mount mount = mount("outside");
    Unmounter.unmount(mount.dir(), false);
    mount.awaitUnmounted();
    mount.close();

    assertThat(mount.dir()).isEmptyDirectory();
  }

  @Test
  void aBusyMountNamesItsUserAndClosesAnyway() throws Exception {
    view.file(view.root, "file", 0644, new byte[500_000]);
    Mount mount = mount("busy");
    InputStream in = Files.newInputStream(mount.dir().resolve("file"));
    assertThat(in.read()).isZero();
    assertThatThrownBy(() -> Unmounter.unmount(mount.dir(), false))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("busy: used by")
        .hasMessageContaining("(" + ProcessHandle.current().pid() + ")");
    mount.close();

    assertThat(mount.dir()).isEmptyDirectory();
    mount.awaitUnmounted();
    Machine.assertCutOff(in, 490_000);
  }

  @Test
  void anUnknownBackendIsAWrongCall() {
    assertThatThrownBy(
            () ->
                mounter.mount(
                    new MountRequest(view, temp, "i", MountOptions.defaults().withBackend("none"))))
        .hasMessageContaining("no FUSE backend is called none")
        .hasMessageContaining("jnr");
  }

  private static byte[] readUnchecked(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Mount mount(String name) throws IOException {
    return mount(name, view);
  }

  private Mount mount(String name, FakeImageView tree) throws IOException {
    return mounter.mount(new MountRequest(tree, newDir(name), "image", options()));
  }

  private Path newDir(String name) throws IOException {
    return Files.createDirectory(temp.resolve(name));
  }

  private static MountOptions options() {
    return MountOptions.defaults();
  }

  /** The tree as find sees it: listed, and each name looked up again. */
  private static Set<String> listing(Path at) throws Exception {
    String out =
        Machine.run("find", at.toString(), "-printf", "%P|%y|%m|%i|%n|%U|%G|%s|%T@|%b|%l\\0");
    return new TreeSet<>(List.of(out.split("\0")));
  }

  private Set<String> expected() {
    Set<String> lines = new TreeSet<>();
    expect("", view.root, lines);
    return lines;
  }

  private static void expect(String path, FakeImageView.Node n, Set<String> lines) {
    int type = n.mode & Attributes.S_IFMT;
    String letter =
        switch (type) {
          case Attributes.S_IFDIR -> "d";
          case Attributes.S_IFLNK -> "l";
          case Attributes.S_IFREG -> "f";
          case Attributes.S_IFIFO -> "p";
          case Attributes.S_IFCHR -> "c";
          default -> "b";
        };
    String target =
        type == Attributes.S_IFLNK ? new String(n.content, StandardCharsets.ISO_8859_1) : "";
    lines.add(
        String.join(
            "|",
            path,
            letter,
            Integer.toOctalString(n.mode & 07777),
            Long.toString(n.inode),
            Integer.toString(n.nlink),
            Integer.toUnsignedString(n.uid),
            Integer.toUnsignedString(n.gid),
            Integer.toString(n.content.length),
            time(n.seconds, n.nanos),
            Integer.toString((n.content.length + 511) / 512),
            target));
    n.names.forEach(
        (name, child) -> expect(path.isEmpty() ? name : path + "/" + name, child, lines));
  }

  private static String time(long seconds, int nanos) {
    return String.format("%d.%09d0", seconds, nanos);
  }
}
