package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.mount.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not served, comes at the wrong time, or is malformed. */
class ProtocolRequestsTest extends ProtocolContract {
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
}
