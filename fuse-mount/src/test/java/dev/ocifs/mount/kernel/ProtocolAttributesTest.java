package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.mount.Errno;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is asked about files, and not of their content. */
class ProtocolAttributesTest extends ProtocolContract {
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
    assertThat(errno(getxattr(0, "user."))).isEqualTo(Errno.EINVAL);
    assertThat(errno(getxattr(0, "unheard.of"))).isEqualTo(Errno.EOPNOTSUPP);
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
  void trustedAttributesAreNamedToRootAlone() {
    file.xattr("security.selinux", CONTENT).xattr("trusted.b", CONTENT);
    byte[] all = "trusted.b\0user.a\0".getBytes(StandardCharsets.US_ASCII);
    byte[] some = "user.a\0".getBytes(StandardCharsets.US_ASCII);
    FakeRequest list = request(Opcode.LISTXATTR, file.inode).putInt(100).putInt(0);
    assertThat(ask(list.user(0).build()).body()).isEqualTo(all);
    assertThat(ask(list.user(1).build()).body()).isEqualTo(some);
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
}
