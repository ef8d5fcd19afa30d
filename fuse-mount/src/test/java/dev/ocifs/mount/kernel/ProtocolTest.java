package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FakeImageView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation, as the kernel asks for it and as it sees the answer. */
class ProtocolTest {
  private static final long UNIQUE = 77;
  private static final int OFFERED = -1; // all flags
  private static final byte[] CONTENT = "the content of a file".getBytes(StandardCharsets.US_ASCII);

  private final FakeImageView view = new FakeImageView();
  private final FakeDevice device = new FakeDevice();
  private final FakeImageView.Node dir = view.dir(view.root, "dir", 0755);
  private final FakeImageView.Node file =
      view.file(dir, "file", 0640, CONTENT)
          .owner(7, 0xfffffff0)
          .time(-5, 999)
          .xattr("user.a", CONTENT);
  private Negotiation negotiation = negotiation(OFFERED);
  private final OpenFiles openFiles = new OpenFiles(view);

  private static Negotiation negotiation(int flags) {
    Request request = request(FakeRequest.init(7, 40, flags, 0));
    return Negotiation.of(request, false);
  }

  private static Request request(byte[] bytes) {
    Request request = new Request();
    MemorySegment.copy(bytes, 0, request.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.received(bytes.length);
    return request;
  }

  /** The answer to a request; null when there is none. */
  private FakeReply ask(byte[] bytes) {
    Request request = request(bytes);
    Reply reply = new Reply();
    Failures failures = new Failures("test");
    SlowReads slow = new SlowReads(view, failures, Runnable::run, thread -> false);
    Protocol protocol =
        new Protocol(view, failures, negotiation, slow, openFiles, device, request, reply);
    int before = device.replyCount();
    int errno = protocol.answer();
    if (errno != Protocol.SILENT) {
      assertThat(reply.send(device, request.unique(), errno)).isZero();
    }
    if (device.replyCount() == before) {
      return NONE;
    }
    FakeReply answer = device.last();
    assertThat(answer.length()).isEqualTo(answer.bytes().length);
    assertThat(answer.unique()).isEqualTo(request.unique());
    if (answer.errno() != 0) {
      assertThat(answer.body()).isEmpty();
    }
    return answer;
  }

  private static final FakeReply NONE = new FakeReply(new byte[0]);

  private static FakeRequest request(int opcode, long inode) {
    return FakeRequest.of(opcode, UNIQUE, inode);
  }

  private int errno(FakeRequest request) {
    return ask(request.build()).errno();
  }

  @Test
  void lookupGivesTheEntryForEver() {
    FakeReply reply = ask(request(Opcode.LOOKUP, dir.inode).name("file").build());

    assertThat(reply.errno()).isZero();
    assertThat(reply.body()).hasSize(Results.Entry.BYTES);
    assertThat(reply.longAt(Results.Entry.NODEID)).isEqualTo(file.inode);
    assertThat(reply.longAt(Results.Entry.GENERATION)).isZero();
    assertThat(reply.longAt(Results.Entry.ENTRY_VALID)).isEqualTo(Long.MAX_VALUE);
    assertThat(reply.longAt(Results.Entry.ATTR_VALID)).isEqualTo(Long.MAX_VALUE);
    assertFile(reply, Results.Entry.ATTR);
  }

  private void assertFile(FakeReply reply, int at) {
    assertThat(reply.longAt(at + Results.Attr.INO)).isEqualTo(file.inode);
    assertThat(reply.longAt(at + Results.Attr.SIZE)).isEqualTo(CONTENT.length);
    assertThat(reply.longAt(at + Results.Attr.BLOCKS)).isEqualTo(1);
    for (int time : List.of(Results.Attr.ATIME, Results.Attr.MTIME, Results.Attr.CTIME)) {
      assertThat(reply.longAt(at + time)).isEqualTo(-5);
    }
    for (int nanos :
        List.of(Results.Attr.ATIMENSEC, Results.Attr.MTIMENSEC, Results.Attr.CTIMENSEC)) {
      assertThat(reply.intAt(at + nanos)).isEqualTo(999);
    }
    assertThat(reply.intAt(at + Results.Attr.MODE)).isEqualTo(Attributes.S_IFREG | 0640);
    assertThat(reply.intAt(at + Results.Attr.NLINK)).isEqualTo(1);
    assertThat(reply.intAt(at + Results.Attr.UID)).isEqualTo(7);
    assertThat(reply.intAt(at + Results.Attr.GID)).isEqualTo(0xfffffff0);
    assertThat(reply.intAt(at + Results.Attr.RDEV)).isZero();
    assertThat(reply.intAt(at + Results.Attr.BLKSIZE)).isEqualTo(4096);
  }

  @Test
  void anAbsentNameIsRememberedByTheKernel() {
    FakeReply reply = ask(request(Opcode.LOOKUP, dir.inode).name("none").build());

    assertThat(reply.errno()).isZero();
    assertThat(reply.longAt(Results.Entry.NODEID)).isZero();
    assertThat(reply.longAt(Results.Entry.ENTRY_VALID)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void lookupKnowsDots() {
    assertThat(nodeOf(ask(request(Opcode.LOOKUP, dir.inode).name(".").build())))
        .isEqualTo(dir.inode);
    assertThat(nodeOf(ask(request(Opcode.LOOKUP, dir.inode).name("..").build()))).isEqualTo(1);
  }

  private static long nodeOf(FakeReply reply) {
    return reply.longAt(Results.Entry.NODEID);
  }

  @Test
  void lookupRefusesWhatIsNoName() {
    byte[] endless = request(Opcode.LOOKUP, 1).putInt(0x41414141).build();
    assertThat(ask(endless).errno()).isEqualTo(Errno.EINVAL);
    assertThat(errno(request(Opcode.LOOKUP, 1).name("x".repeat(256))))
        .isEqualTo(Errno.ENAMETOOLONG);
    assertThat(nodeOf(ask(request(Opcode.LOOKUP, 1).name("x".repeat(255)).build()))).isZero();
  }

  @Test
  void getattr() {
    FakeReply reply = ask(request(Opcode.GETATTR, file.inode).zeros(16).build());

    assertThat(reply.body()).hasSize(Results.AttrOut.BYTES);
    assertThat(reply.longAt(Results.AttrOut.ATTR_VALID)).isEqualTo(Long.MAX_VALUE);
    assertFile(reply, Results.AttrOut.ATTR);
  }

  @Test
  void devicesAreEncodedAsTheKernelDoes() {
    long inode = view.add(view.root, "dev", Attributes.S_IFBLK).device(0xabc, 0x12345).inode;
    FakeReply reply = ask(request(Opcode.GETATTR, inode).zeros(16).build());

    // new_encode_dev(): minor bits 0-7, major 8-19, minor 20-31.
    assertThat(reply.intAt(Results.AttrOut.ATTR + Results.Attr.RDEV)).isEqualTo(0x123abc45);
  }

  @Test
  void readlink() {
    long link = view.symlink(view.root, "link", "../to\u00ff").inode;
    assertThat(ask(request(Opcode.READLINK, link).build()).body())
        .isEqualTo("../to\u00ff".getBytes(StandardCharsets.ISO_8859_1));
    long longest = view.symlink(view.root, "long", "x".repeat(4095)).inode;
    assertThat(ask(request(Opcode.READLINK, longest).build()).body()).hasSize(4095);
    long tooLong = view.symlink(view.root, "longer", "x".repeat(4096)).inode;
    assertThat(errno(request(Opcode.READLINK, tooLong))).isEqualTo(Errno.ENAMETOOLONG);
  }

  @Test
  void openIsNotAskedTwice() {
    FakeRequest reading = request(Opcode.OPEN, file.inode).zeros(8);
    assertThat(errno(reading)).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.OPENDIR, 1).zeros(8))).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.FLUSH, file.inode).zeros(24))).isEqualTo(Errno.ENOSYS);
    assertThat(errno(request(Opcode.OPEN, file.inode).putInt(1).putInt(0))).isEqualTo(Errno.EROFS);
    assertThat(errno(request(Opcode.OPEN, file.inode).putInt(2).putInt(0))).isEqualTo(Errno.EROFS);
  }

  @Test
  void aKernelThatInsistsMayOpenAndKeepsItsCaches() {
    negotiation = negotiation(0);
    FakeReply opened = ask(request(Opcode.OPEN, file.inode).zeros(8).build());
    assertThat(opened.body()).hasSize(Results.Open.BYTES);
    assertThat(opened.intAt(Results.Open.OPEN_FLAGS)).isEqualTo(Results.Open.FOPEN_KEEP_CACHE);
    FakeReply listed = ask(request(Opcode.OPENDIR, 1).zeros(8).build());
    assertThat(listed.intAt(Results.Open.OPEN_FLAGS))
        .isEqualTo(Results.Open.FOPEN_KEEP_CACHE | Results.Open.FOPEN_CACHE_DIR);
    assertThat(ask(request(Opcode.RELEASE, file.inode).zeros(24).build()).body()).isEmpty();
    assertThat(errno(request(Opcode.RELEASEDIR, 1).zeros(24))).isZero();
  }

  @Test
  void readGivesWhatThereIs() {
    assertThat(ask(FakeRequest.read(2, file.inode, 0, 4096)).body()).isEqualTo(CONTENT);
    assertThat(ask(FakeRequest.read(3, file.inode, 4, 7)).body())
        .isEqualTo(Arrays.copyOfRange(CONTENT, 4, 11));
    assertThat(ask(FakeRequest.read(4, file.inode, CONTENT.length, 4096)).body()).isEmpty();
    assertThat(ask(FakeRequest.read(5, file.inode, Long.MAX_VALUE, 4096)).body()).isEmpty();
  }

  @Test
  void readGivesNoMoreThanWasAgreed() {
    long huge =
        view.file(view.root, "huge", 0600, 1L << 40, (pos, dst) -> dst.fill((byte) 3)).inode;
    assertThat(ask(FakeRequest.read(2, huge, 0, -1)).body())
        .hasSize(Reply.MAX_CONTENT_BYTES)
        .containsOnly(3);
    assertThat(ask(FakeRequest.read(3, huge, 1L << 39, 4096)).body()).hasSize(4096);
  }

  @Test
  void aFailingReadIsAnInputOutputError() {
    long bad =
        view.file(
                view.root,
                "bad",
                0600,
                10,
                (pos, dst) -> {
                  throw new IOException("damaged");
                })
            .inode;
    assertThat(ask(FakeRequest.read(2, bad, 0, 4096)).errno()).isEqualTo(Errno.EIO);
  }

  @Test
  void listingsGoOnWhereTheyEnded() {
    for (int i = 0; i < 100; i++) {
      view.file(dir, "name" + i, 0644, CONTENT);
    }
    for (boolean plus : new boolean[] {false, true}) {
      List<String> names = new ArrayList<>();
      long offset = 0;
      while (true) {
        int opcode = plus ? Opcode.READDIRPLUS : Opcode.READDIR;
        FakeReply reply = ask(request(opcode, dir.inode).reading(offset, 1000).build());
        assertThat(reply.errno()).isZero();
        assertThat(reply.bytes()).hasSizeLessThanOrEqualTo(1000 + Headers.Out.BYTES);
        if (reply.body().length == 0) {
          break;
        }
        offset = readEntries(reply, plus, names);
      }
      assertThat(names).hasSize(103).doesNotHaveDuplicates().startsWith(".", "..", "file");
    }
  }

  private long readEntries(FakeReply reply, boolean plus, List<String> names) {
    int head = plus ? Results.Entry.BYTES : 0;
    long next = -1;
    for (int at = 0; at < reply.body().length; ) {
      int dirent = at + head;
      int length = reply.intAt(dirent + Results.Dirent.NAMELEN);
      String name =
          new String(
              reply.body(), dirent + Results.Dirent.NAME, length, StandardCharsets.ISO_8859_1);
      boolean dots = name.startsWith(".");
      long inode = reply.longAt(dirent + Results.Dirent.INO);
      assertThat(reply.intAt(dirent + Results.Dirent.TYPE)).isEqualTo(dots ? 4 : 8);
      if (plus) {
        assertThat(reply.longAt(at + Results.Entry.NODEID))
            .as("node of %s", name)
            .isEqualTo(dots ? 0 : inode);
      }
      names.add(name);
      next = reply.longAt(dirent + Results.Dirent.OFF);
      at = dirent + Results.Dirent.NAME + (length + 7 & ~7);
    }
    return next;
  }

  @Test
  void aListingOfWhatIsNoDirectoryOrFromNowhere() {
    assertThat(ask(request(Opcode.READDIR, dir.inode).reading(1 << 20, 4096).build()).body())
        .isEmpty();
    assertThat(errno(request(Opcode.READDIR, dir.inode).reading(-1, 4096))).isEqualTo(Errno.EINVAL);
    assertThat(ask(request(Opcode.READDIR, dir.inode).reading(0, 0).build()).body()).isEmpty();
  }

  @Test
  void statfs() {
    FakeReply reply = ask(request(Opcode.STATFS, 1).build());
    assertThat(reply.body()).hasSize(Results.Statfs.BYTES);
    assertThat(reply.longAt(Results.Statfs.BLOCKS)).isEqualTo(1);
    assertThat(reply.longAt(Results.Statfs.BFREE)).isZero();
    assertThat(reply.longAt(Results.Statfs.FILES)).isEqualTo(3);
    assertThat(reply.intAt(Results.Statfs.BSIZE)).isEqualTo(4096);
    assertThat(reply.intAt(Results.Statfs.NAMELEN)).isEqualTo(255);
  }

  @Test
  void extendedAttributesAreProbedAndRead() {
    FakeReply probe = ask(getxattr(0, "user.a").build());
    assertThat(probe.body()).hasSize(Results.Getxattr.BYTES);
    assertThat(probe.intAt(Results.Getxattr.SIZE)).isEqualTo(CONTENT.length);
    assertThat(ask(getxattr(CONTENT.length, "user.a").build()).body()).isEqualTo(CONTENT);
    assertThat(errno(getxattr(CONTENT.length - 1, "user.a"))).isEqualTo(Errno.ERANGE);
    assertThat(errno(getxattr(0, "user.b"))).isEqualTo(Errno.ENODATA);
    file.xattr("security.selinux", CONTENT);
    assertThat(errno(getxattr(0, "security.selinux"))).isEqualTo(Errno.ENODATA);
    assertThat(errno(getxattr(0, "x".repeat(256)))).isEqualTo(Errno.ERANGE);
  }

  private FakeRequest getxattr(int size, String name) {
    return request(Opcode.GETXATTR, file.inode).putInt(size).putInt(0).name(name);
  }

  @Test
  void namesOfExtendedAttributesAreProbedAndListed() {
    file.xattr("user.b", CONTENT);
    byte[] names = "user.a\0user.b\0".getBytes(StandardCharsets.US_ASCII);
    FakeReply probe = ask(request(Opcode.LISTXATTR, file.inode).zeros(8).build());
    assertThat(probe.intAt(Results.Getxattr.SIZE)).isEqualTo(names.length);
    assertThat(ask(request(Opcode.LISTXATTR, file.inode).putInt(100).putInt(0).build()).body())
        .isEqualTo(names);
    assertThat(errno(request(Opcode.LISTXATTR, file.inode).putInt(13).putInt(0)))
        .isEqualTo(Errno.ERANGE);
    assertThat(ask(request(Opcode.LISTXATTR, dir.inode).putInt(13).putInt(0).build()).body())
        .isEmpty();
  }

  @Test
  void accessAsksForWhatAnyUserCould() {
    long program = view.file(view.root, "program", 0100, CONTENT).inode;
    assertThat(errno(request(Opcode.ACCESS, file.inode).putInt(4).putInt(0))).isZero();
    assertThat(errno(request(Opcode.ACCESS, file.inode).putInt(2).putInt(0)))
        .isEqualTo(Errno.EROFS);
    assertThat(errno(request(Opcode.ACCESS, file.inode).putInt(1).putInt(0)))
        .isEqualTo(Errno.EACCES);
    assertThat(errno(request(Opcode.ACCESS, program).putInt(1).putInt(0))).isZero();
    assertThat(errno(request(Opcode.ACCESS, dir.inode).putInt(1).putInt(0))).isZero();
  }

  @Test
  void seekFindsDataAndHoles() {
    assertThat(seek(5, 3).longAt(Results.Lseek.OFFSET)).isEqualTo(5);
    assertThat(seek(5, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(CONTENT.length);
    assertThat(seek(CONTENT.length, 3).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(CONTENT.length, 4).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(-1, 3).errno()).isEqualTo(Errno.ENXIO);
    assertThat(seek(0, 0).errno()).isEqualTo(Errno.EINVAL);
    file.data(4, 8);
    assertThat(seek(2, 3).longAt(Results.Lseek.OFFSET)).isEqualTo(4);
    assertThat(seek(2, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(2);
    assertThat(seek(5, 4).longAt(Results.Lseek.OFFSET)).isEqualTo(8);
    assertThat(seek(8, 3).errno()).isEqualTo(Errno.ENXIO);
  }

  private FakeReply seek(long pos, int whence) {
    return ask(
        request(Opcode.LSEEK, file.inode).putLong(0).putLong(pos).putInt(whence).putInt(0).build());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Opcode.SETATTR,
        Opcode.SYMLINK,
        Opcode.MKNOD,
        Opcode.MKDIR,
        Opcode.UNLINK,
        Opcode.RMDIR,
        Opcode.RENAME,
        Opcode.LINK,
        Opcode.WRITE,
        Opcode.SETXATTR,
        Opcode.REMOVEXATTR,
        Opcode.CREATE,
        Opcode.FALLOCATE,
        Opcode.RENAME2,
        Opcode.COPY_FILE_RANGE,
        Opcode.COPY_FILE_RANGE_64,
        Opcode.TMPFILE
      })
  void whatWouldChangeSomethingIsRefused(int opcode) {
    assertThat(errno(request(opcode, file.inode).zeros(64))).isEqualTo(Errno.EROFS);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Opcode.FSYNC,
        Opcode.FSYNCDIR,
        Opcode.GETLK,
        Opcode.SETLK,
        Opcode.SETLKW,
        Opcode.BMAP,
        Opcode.POLL,
        Opcode.SETUPMAPPING,
        Opcode.REMOVEMAPPING,
        Opcode.SYNCFS,
        Opcode.STATX,
        1000,
        -1
      })
  void whatIsNotServedSaysSo(int opcode) {
    assertThat(errno(request(opcode, file.inode).zeros(64))).isEqualTo(Errno.ENOSYS);
  }

  @Test
  void thereAreNoIoctls() {
    assertThat(errno(request(Opcode.IOCTL, file.inode).zeros(32))).isEqualTo(Errno.ENOTTY);
  }

  @Test
  void destroyIsAnswered() {
    assertThat(errno(request(Opcode.DESTROY, 0))).isZero();
  }

  @Test
  void aSecondInitIsRefused() {
    assertThat(ask(FakeRequest.init(7, 40, 0, 0)).errno()).isEqualTo(Errno.EINVAL);
  }

  @ParameterizedTest
  @ValueSource(ints = {Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.INTERRUPT, Opcode.NOTIFY_REPLY})
  void someRequestsHaveNoAnswer(int opcode) {
    assertThat(ask(request(opcode, file.inode).zeros(16).build())).isSameAs(NONE);
    assertThat(ask(request(opcode, file.inode).build())).isSameAs(NONE);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Opcode.OPEN,
        Opcode.OPENDIR,
        Opcode.READ,
        Opcode.READDIR,
        Opcode.READDIRPLUS,
        Opcode.GETXATTR,
        Opcode.LISTXATTR,
        Opcode.ACCESS,
        Opcode.LSEEK,
        Opcode.LOOKUP
      })
  void requestsThatAreCutShortAreInvalid(int opcode) {
    assertThat(errno(request(opcode, 1))).isEqualTo(Errno.EINVAL);
    byte[] lying = request(Opcode.GETATTR, 1).zeros(16).build();
    lying[0]++; // more than came
    assertThat(ask(lying).errno()).isEqualTo(Errno.EINVAL);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 4, Long.MAX_VALUE, Long.MIN_VALUE})
  void inodesThatDoNotExistAreNotFound(long inode) {
    assertThat(errno(request(Opcode.LOOKUP, inode).name("x"))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.GETATTR, inode).zeros(16))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.READLINK, inode))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.READ, inode).reading(0, 1))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.READDIR, inode).reading(0, 1))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.LISTXATTR, inode).zeros(8))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.ACCESS, inode).zeros(8))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.LSEEK, inode).zeros(24))).isEqualTo(Errno.ENOENT);
    assertThat(errno(request(Opcode.GETXATTR, inode).zeros(8).name("user.a")))
        .isEqualTo(Errno.ENOENT);
  }

  /** A view like an opened image: what it answers from memory costs no object. */
  private static final class ThriftyView extends FakeImageView {
    @Override
    public long lookup(long directory, byte[] name) {
      return 2;
    }

    @Override
    public int readAtHand(long inode, long pos, MemorySegment dst) {
      dst.fill((byte) 1);
      return (int) dst.byteSize();
    }
  }

  @Test
  void whatProgramsAskOftenAllocatesNothing() {
    ThriftyView thrifty = new ThriftyView();
    thrifty.file(thrifty.root, "file", 0644, new byte[1 << 20]);
    Failures failures = new Failures("test");
    SlowReads slow = new SlowReads(thrifty, failures, Runnable::run, thread -> false);
    Request request = new Request();
    Reply reply = new Reply();
    Protocol protocol =
        new Protocol(
            thrifty, failures, negotiation, slow, new OpenFiles(thrifty), device, request, reply);
    List<byte[]> asked =
        List.of(
            request(Opcode.LOOKUP, 1).name("some name").build(),
            request(Opcode.LOOKUP, 1).name("another").build(),
            request(Opcode.GETATTR, 2).zeros(16).build(),
            request(Opcode.OPEN, 2).zeros(8).build(),
            FakeRequest.read(2, 2, 8192, 4096),
            FakeRequest.read(2, 2, 0, 128 << 10),
            request(Opcode.ACCESS, 2).putInt(4).putInt(0).build(),
            request(Opcode.RELEASE, 2).zeros(24).build(),
            request(Opcode.FORGET, 2).zeros(8).build());
    long perRound = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 20 && perRound > 0; attempt++) { // classes load at first
      perRound = allocatedBy(protocol, request, asked);
    }
    assertThat(perRound).as("bytes allocated by %d requests", 100 * asked.size()).isZero();
  }

  private static long allocatedBy(Protocol protocol, Request request, List<byte[]> asked) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[][] requests = asked.toArray(byte[][]::new);
    long before = threads.getCurrentThreadAllocatedBytes();
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      for (byte[] bytes : requests) {
        MemorySegment.copy(bytes, 0, request.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        request.received(bytes.length);
        refused += protocol.answer() > 0 ? 1 : 0;
      }
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(refused).as("OPEN alone").isEqualTo(100);
    return allocated;
  }
}
