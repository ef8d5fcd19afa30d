package dev.ocifs.mount.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.view.Attributes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class InodeTest {
  @Test
  void fieldsLieWhereTheKernelLooksForThem() {
    Attributes a = new Attributes();
    a.inode = 0x01020304;
    a.mode = Attributes.S_IFREG | 04751;
    a.uid = 0xfffffff0;
    a.gid = 34;
    a.mtimeSeconds = -(1L << 33);
    a.mtimeNanos = 999_999_999;
    a.nlink = 70_000;
    ByteBuffer out = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN).position(16);
    Inode.encode(out, a, Inode.EROFS_INODE_CHUNK_BASED, 3, 5L << 40, 0x2a);

    assertThat(out.position()).isEqualTo(80);
    assertThat(out.getShort(16)).isEqualTo((short) 9);
    assertThat(out.getShort(16 + 2)).isEqualTo((short) 3);
    assertThat(out.getShort(16 + 4)).isEqualTo((short) 0104751);
    assertThat(out.getShort(16 + 6)).isZero();
    assertThat(out.getLong(16 + 8)).isEqualTo(5L << 40);
    assertThat(out.getInt(16 + 16)).isEqualTo(0x2a);
    assertThat(out.getInt(16 + 20)).isEqualTo(0x01020304);
    assertThat(out.getInt(16 + 24)).isEqualTo(0xfffffff0);
    assertThat(out.getInt(16 + 28)).isEqualTo(34);
    assertThat(out.getLong(16 + 32)).isEqualTo(-(1L << 33));
    assertThat(out.getInt(16 + 40)).isEqualTo(999_999_999);
    assertThat(out.getInt(16 + 44)).isEqualTo(70_000);
    assertThat(out.getLong(16 + 48)).isZero();
    assertThat(out.getLong(16 + 56)).isZero();
  }

  @Test
  void deviceNumbersArePackedAsTheKernelDoes() {
    assertThat(Inode.device(1, 3)).isEqualTo(0x103);
    assertThat(Inode.device(0xabc, 0x12345)).isEqualTo(0x123abc45);
  }

  @Test
  void formatsOfTheLayouts() {
    assertThat(Inode.EROFS_INODE_LAYOUT_EXTENDED | Inode.EROFS_INODE_FLAT_PLAIN << 1).isOne();
    assertThat(Inode.EROFS_INODE_LAYOUT_EXTENDED | Inode.EROFS_INODE_FLAT_INLINE << 1).isEqualTo(5);
  }
}
