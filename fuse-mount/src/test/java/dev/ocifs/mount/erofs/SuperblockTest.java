package dev.ocifs.mount.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers are those of fs/erofs/erofs_fs.h, written out again. */
class SuperblockTest {
  private static final byte[] UUID = {
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f
  };

  @Test
  void fieldsLieWhereTheKernelLooksForThem() {
    byte[] table =
        DeviceTable.encode(
            List.of(
                new DeviceTable.Slot("ab".repeat(32), 7),
                new DeviceTable.Slot("cd".repeat(32), 0xfffffffeL)));
    ByteBuffer image =
        ByteBuffer.wrap(new Superblock(48, 5, 99, UUID, 2).encode(table))
            .order(ByteOrder.LITTLE_ENDIAN);

    assertThat(image.capacity()).isEqualTo(1536);
    assertThat(image.getInt(1024)).isEqualTo(0xE0F5E1E2);
    assertThat(image.getInt(1024 + 8)).isEqualTo(3);
    assertThat(image.get(1024 + 12)).isEqualTo((byte) 9);
    assertThat(image.getShort(1024 + 14)).isEqualTo((short) 48);
    assertThat(image.getLong(1024 + 16)).isEqualTo(5);
    assertThat(image.getInt(1024 + 36)).isEqualTo(99);
    assertThat(image.getInt(1024 + 40)).isZero();
    assertThat(image.get(1024 + 48 + 15)).isEqualTo((byte) 0x1f);
    assertThat(image.getInt(1024 + 80)).isEqualTo(0xc);
    assertThat(image.getShort(1024 + 86)).isEqualTo((short) 2);
    assertThat(image.getShort(1024 + 88)).isEqualTo((short) 9);
    assertThat(image.get(1152)).isEqualTo((byte) 'a');
    assertThat(image.getInt(1152 + 64)).isEqualTo(7);
    assertThat(image.getInt(1152 + 68)).isZero();
    assertThat(image.getInt(1280 + 64)).isEqualTo(-2);
    assertThat(DeviceTable.decode(image.slice(1152, 256), 2))
        .containsExactly(
            new DeviceTable.Slot("ab".repeat(32), 7),
            new DeviceTable.Slot("cd".repeat(32), 0xfffffffeL));
  }

  @Test
  void withoutDevicesThereIsNoTable() {
    ByteBuffer image =
        ByteBuffer.wrap(new Superblock(36, 1, 4, UUID, 0).encode(new byte[0]))
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(image.getInt(1024 + 80)).isEqualTo(4);
    assertThat(image.getShort(1024 + 86)).isZero();
    assertThat(image.getShort(1024 + 88)).isZero();
  }

  /** The kernel begins behind the checksum, from the state that magic and zeros would leave. */
  @Test
  void checksumIsTheKernels() {
    byte[] image = new Superblock(48, 5, 99, UUID, 0).encode(new byte[0]);
    int crc = 0x5045B54A;
    for (int i = 1032; i < 1024 + 512; i++) {
      crc ^= image[i] & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
      }
    }
    assertThat(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getInt(1028)).isEqualTo(crc);
  }
}
