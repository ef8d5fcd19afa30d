package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.mount.Errno;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is looked up and listed. */
class ProtocolLookupTest extends ProtocolContract {
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
}
