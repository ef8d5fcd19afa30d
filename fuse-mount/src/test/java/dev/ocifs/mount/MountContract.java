package dev.ocifs.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every backend must do: a directory shows what its view holds, as the kernel and the
 * machine's own programs see it, and mounts begin and end cleanly.
 */
@Timeout(60)
public abstract class MountContract {
  private static final byte[] NOTHING = {};

  @TempDir protected Path temp;
  protected final FakeImageView view = new FakeImageView();
  private final Mounter mounter = new Mounter();

  /** The name of the backend under test. */
  protected abstract String backend();

  @BeforeEach
  void needsFuse() throws IOException {
    Machine.assumeMountable(temp);
  }

  @AfterEach
  void unmountAll() {
    mounter.close();
  }

  protected Path mount() throws IOException {
    return mount("image", defaults()).dir();
  }

  private MountOptions defaults() {
    return MountOptions.defaults().withBackend(backend());
  }

  private Mount mount(String image, MountOptions options) throws IOException {
    Path dir = Files.createTempDirectory(temp, "mnt");
    return mounter.mount(new MountRequest(view, dir, image, options));
  }

  @Test
  void attributesAreTheViews() throws Exception {
    FakeImageView.Node dir = view.dir(view.root, "dir", 01777).owner(1000, 0xfffffff0);
    FakeImageView.Node file =
        view.file(dir, "suid", 04751, new byte[1025]).owner(12, 34).time(-5, 999_999_999);
    view.link(view.root, "again", file);
    view.file(view.root, "future", 0, NOTHING).time(1L << 35, 1);
    view.file(view.root, "ancient", 0644, NOTHING).time(-(1L << 33), 500);
    view.file(view.root, "huge", 0600, 5L << 40, (pos, dst) -> dst.fill((byte) 0));
    view.symlink(view.root, "link", "../to\u00ffno/such");
    view.add(view.root, "fifo", Attributes.S_IFIFO | 0640);
    view.add(view.root, "char", Attributes.S_IFCHR | 0666).device(1, 3);
    view.add(view.root, "block", Attributes.S_IFBLK | 0600).device(0xabc, 0x12345);
    Path at = mount();

    assertSame(at, view.root);
    assertThat(Machine.run("stat", "-c", "%b %B", at.resolve("again").toString()))
        .isEqualTo("3 512\n");
    assertThat(Machine.run("stat", "-c", "%t:%T", at.resolve("block").toString()))
        .isEqualTo("abc:12345\n");
    assertThat(Machine.run("stat", "-c", "%t:%T", at.resolve("char").toString()))
        .isEqualTo("1:3\n");
  }

  private static void assertSame(Path path, FakeImageView.Node node) throws Exception {
    Map<String, Object> found = Files.readAttributes(path, "unix:*", NOFOLLOW_LINKS);
    assertThat(found.get("ino")).as("inode of %s", path).isEqualTo(node.inode);
    assertThat(found.get("mode")).as("mode of %s", path).isEqualTo(node.mode);
    assertThat(found.get("nlink")).as("links of %s", path).isEqualTo(node.nlink);
    assertThat(found.get("uid")).as("owner of %s", path).isEqualTo(node.uid);
    assertThat(found.get("gid")).as("group of %s", path).isEqualTo(node.gid);
    assertThat(found.get("size")).as("size of %s", path).isEqualTo(node.size);
    // Java's own times lose the nanoseconds of far-away years.
    String time = new BigDecimal(node.seconds).add(BigDecimal.valueOf(node.nanos, 9)).toString();
    assertThat(Machine.run("stat", "-c", "%.9X %.9Y %.9Z", path.toString()))
        .as("times of %s", path)
        .isEqualTo(time + " " + time + " " + time + "\n");
    for (Map.Entry<String, FakeImageView.Node> child : node.names.entrySet()) {
      assertSame(path.resolve(child.getKey()), child.getValue());
    }
  }

  @Test
  void everyByteOfANamePassesBothWays() throws Exception {
    TreeSet<String> expected = new TreeSet<>();
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        String name = "x" + (char) b;
        FakeImageView.Node dir = view.dir(view.root, name, 0755);
        FakeImageView.Node link = view.symlink(dir, name, "to" + (char) b);
        expected.add(name + "/" + name + "\0to" + (char) b + " " + link.inode);
      }
    }
    Path at = mount();

    // find learns names from readdir, and then looks each up, opens it and reads the link.
    String found = Machine.run("find", at.toString(), "-type", "l", "-printf", "%P\\0%l %i\\0\\0");
    assertThat(new TreeSet<>(List.of(found.split("\0\0", 0)))).isEqualTo(expected);
    assertThat(at.resolve("absent")).doesNotExist();
  }

  @Test
  void aLargeDirectoryIsListedOnceAndWhole() throws Exception {
    TreeSet<String> expected = new TreeSet<>(List.of(". 1", ".. 1"));
    for (int i = 0; i < 10_000; i++) {
      String name = "a name of some length, number " + i;
      expected.add(name + " " + view.file(view.root, name, 0644, NOTHING).inode);
    }
    Path at = mount();

    String[] found = Machine.run("ls", "-fi", at.toString()).split("\n", -1);
    TreeSet<String> names = new TreeSet<>();
    for (String line : found) {
      if (!line.isEmpty()) {
        int space = line.strip().indexOf(' ');
        assertThat(
                names.add(
                    line.strip().substring(space + 1) + " " + line.strip().substring(0, space)))
            .as("a name that is listed twice: %s", line)
            .isTrue();
      }
    }
    // ".." of a mount point is the kernel's, whatever a file system says.
    names.removeIf(name -> name.startsWith(".. "));
    expected.remove(".. 1");
    assertThat(names).isEqualTo(expected);
  }

  @Test
  void contentIsReadAtAnyPlace() throws Exception {
    byte[] content = new byte[1_000_003];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + (i >> 8));
    }
    view.file(view.root, "file", 0644, content);
    view.file(view.root, "empty", 0644, NOTHING);
    view.file(view.root, "sparse", 0644, 5L << 40, MountContract::positions);
    Path at = mount();

    assertThat(Files.readAllBytes(at.resolve("file"))).isEqualTo(content);
    assertThat(Files.readAllBytes(at.resolve("empty"))).isEmpty();
    try (FileChannel channel = FileChannel.open(at.resolve("sparse"))) {
      ByteBuffer eight = ByteBuffer.allocate(8);
      for (long pos : new long[] {0, 4096, (1L << 32) - 8, (5L << 40) - 8}) {
        assertThat(channel.read(eight.clear(), pos)).isEqualTo(8);
        assertThat(eight.flip().getLong()).isEqualTo(pos);
      }
      assertThat(channel.read(eight.clear(), (5L << 40) - 3)).isEqualTo(3);
      assertThat(channel.read(eight.clear(), 5L << 40)).isEqualTo(-1);
    }
  }

  /** Each eight bytes say where they are. */
  private static void positions(long pos, MemorySegment dst) {
    for (long i = 0; i < dst.byteSize(); i++) {
      long word = (pos + i) & ~7L;
      dst.set(ValueLayout.JAVA_BYTE, i, (byte) (word >>> (56 - 8 * ((pos + i) & 7))));
    }
  }

  @Test
  void extendedAttributesKeepTheirBytes() throws Throwable {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    TreeMap<String, String> expected = new TreeMap<>();
    FakeImageView.Node file = view.file(view.root, "file", 0644, NOTHING);
    for (int b = 1; b < 256; b++) {
      String name = "user.x" + (char) b;
      file.xattr(name, new byte[] {(byte) b, 0, (byte) b});
      expected.put(name, HexFormat.of().formatHex(new byte[] {(byte) b, 0, (byte) b}));
    }
    file.xattr("user.every", every).xattr("user.empty", NOTHING);
    expected.put("user.every", HexFormat.of().formatHex(every));
    expected.put("user.empty", "");
    view.file(view.root, "bare", 0644, NOTHING);
    Path at = mount();

    assertThat(Machine.xattrs(at.resolve("file"))).isEqualTo(expected);
    assertThat(Machine.xattrs(at.resolve("bare"))).isEmpty();
    assertThat(Machine.getxattr(at.resolve("file"), "user.every", 255)).isEqualTo(-1);
    assertThat(Machine.getxattr(at.resolve("file"), "user.every", 256)).isEqualTo(256);
    assertThat(Machine.getxattr(at.resolve("file"), "user.absent", 256)).isEqualTo(-1);
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    view.file(view.root, "file", 0666, NOTHING);
    Path at = mount();
    assertAllRefused(at);
    if (Machine.isRoot()) {
      Machine.run("mount", "-i", "-o", "remount,rw", at.toString());
      assertThat(MountTable.at(at).orElseThrow().options()).startsWith("rw");
      assertAllRefused(at);
    }
  }

  private static void assertAllRefused(Path at) throws IOException {
    Path file = at.resolve("file");
    List<Callable<?>> changes =
        List.of(
            () -> Files.writeString(file, "x"),
            () -> append(file),
            () -> Files.createFile(at.resolve("new")),
            () -> Files.createDirectory(at.resolve("new")),
            () -> Files.createSymbolicLink(at.resolve("new"), file),
            () -> Files.createLink(at.resolve("new"), file),
            () -> Files.move(file, at.resolve("new")),
            () -> Files.deleteIfExists(file),
            () -> Files.setAttribute(file, "unix:mode", 0600),
            () -> Files.setAttribute(file, "unix:uid", 1),
            () -> Files.setLastModifiedTime(file, FileTime.fromMillis(0)),
            () -> Files.setAttribute(file, "user:name", ByteBuffer.allocate(1)));
    for (int i = 0; i < changes.size(); i++) {
      assertThatThrownBy(changes.get(i)::call)
          .as("change %d", i)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Read-only file system");
    }
    assertThat(file).isEmptyFile();
  }

  /** Opening alone changes nothing: a backend that is not asked about it cannot refuse it. */
  private static int append(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.write(ByteBuffer.allocate(1));
    }
  }

  @Test
  void readersOverlap() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    for (int i = 0; i < 4; i++) {
      byte mark = (byte) i;
      view.file(
          view.root,
          "file" + i,
          0644,
          4096,
          (pos, dst) -> {
            try {
              both.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
              throw new IOException("no second reader came", e);
            }
            dst.fill(mark);
          });
    }
    Path at = mount();
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      List<Future<byte[]>> contents = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Path file = at.resolve("file" + i);
        contents.add(readers.submit(() -> Files.readAllBytes(file)));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(contents.get(i).get()).hasSize(4096).containsOnly(i);
      }
    }
  }

  @Test
  void aFailingViewGivesAnErrorAndTheMountLivesOn() throws Exception {
    List<Throwable> failures =
        List.of(
            new OcifsException(OcifsException.Kind.STORE, "span 3 of the layer is damaged"),
            new IOException("input or output"),
            new IllegalStateException("closed"),
            new NullPointerException("a mistake"),
            new StackOverflowError("too deep"));
    for (int i = 0; i < failures.size(); i++) {
      Throwable failure = failures.get(i);
      view.file(view.root, "bad" + i, 0644, 10, (pos, dst) -> sneak(failure));
    }
    view.file(view.root, "good", 0644, new byte[10]);
    Path at = mount();

    for (int i = 0; i < failures.size(); i++) {
      Path bad = at.resolve("bad" + i);
      assertThatThrownBy(() -> Files.readAllBytes(bad)).hasMessageContaining("Input/output error");
      assertThat(Files.readAllBytes(at.resolve("good"))).hasSize(10);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  @Test
  void fileSystemSaysItsSize() throws Exception {
    view.file(view.root, "file", 0644, new byte[10_000]);
    Path at = mount();

    assertThat(Machine.run("stat", "-f", "-c", "%S %b %f %a %c %d %l", at.toString()))
        .isEqualTo("4096 3 0 0 2 0 255\n");
  }

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
  void executablesAreToldFromOtherFiles() throws Exception {
    view.file(
        view.root, "program", 0755, "#!/bin/sh\necho ran\n".getBytes(StandardCharsets.US_ASCII));
    view.file(view.root, "data", 0644, NOTHING);
    Path at = mount();

    assertThat(Files.isExecutable(at.resolve("program"))).isTrue();
    assertThat(Files.isExecutable(at.resolve("data"))).isFalse();
    assertThat(Machine.run(at.resolve("program").toString())).isEqualTo("ran\n");
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

  /** The threads that serve a directory. */
  protected static List<Thread> serving(Path dir) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(dir.toString()))
        .toList();
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
