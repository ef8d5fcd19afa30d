package dev.ocifs.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What programs see of a view through a mount of any backend: every byte of it. */
abstract class ContentContract extends MountedView {
  private static final byte[] NOTHING = {};

  @Test
  void attributesAreTheViews() throws Exception {
    FakeImageView.Node dir = view.dir(view.root, "dir", 01777).owner(1000, 0xfffffff0);
    FakeImageView.Node file =
        view.file(dir, "suid", 04751, new byte[1025]).owner(12, 34).time(-5, 999_999_999);
    view.link(view.root, "again", file);
    view.file(view.root, "future", 0, NOTHING).time(1L << 35, 1);
    view.file(view.root, "ancient", 0644, NOTHING).time(-(1L << 33), 500);
    view.file(view.root, "huge", 0600, 5L << 40, (pos, dst) -> dst.fill((byte) 0));
    view.file(view.root, "sparse", 0600, 5L << 40, (pos, dst) -> dst.fill((byte) 0))
        .data(1L << 40, (1L << 40) + 8192);
    view.symlink(view.root, "link", "../to\u00ffno/such");
    view.add(view.root, "fifo", Attributes.S_IFIFO | 0640);
    view.add(view.root, "char", Attributes.S_IFCHR | 0666).device(1, 3);
    view.add(view.root, "block", Attributes.S_IFBLK | 0600).device(0xabc, 0x12345);
    Path at = mount();

    assertSame(at, view.root);
    assertThat(Machine.run("stat", "-c", "%b %B", at.resolve("again").toString()))
        .isEqualTo("3 512\n");
    assertThat(Machine.run("stat", "-c", "%b %B", at.resolve("sparse").toString()))
        .isEqualTo("16 512\n");
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
    view.file(view.root, "sparse", 0644, 5L << 40, ContentContract::positions);
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
  void fileSystemSaysItsSize() throws Exception {
    view.file(view.root, "file", 0644, new byte[10_000]);
    Path at = mount();

    assertThat(Machine.run("stat", "-f", "-c", "%S %b %f %a %c %d %l", at.toString()))
        .isEqualTo("4096 3 0 0 2 0 255\n");
  }
}
