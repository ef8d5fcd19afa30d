package dev.ocifs.mount.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The superblock, {@code struct erofs_super_block} of fs/erofs/erofs_fs.h, and its checksum.
 *
 * @param rootNid node of the root directory, which has 16 bits
 * @param inodes how many inodes there are
 * @param blocks blocks of the image, without those of its devices
 * @param uuid 16 bytes
 * @param devices how many devices its table names
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Superblock(int rootNid, long inodes, long blocks, byte[] uuid, int devices) {
  /** Where it lies. */
  static final int EROFS_SUPER_OFFSET = 1024;

  static final int BYTES = 128;
  static final int EROFS_SUPER_MAGIC_V1 = 0xE0F5E1E2;
  static final int EROFS_FEATURE_COMPAT_SB_CHKSUM = 1;
  static final int EROFS_FEATURE_COMPAT_MTIME = 2;
  static final int EROFS_FEATURE_INCOMPAT_CHUNKED_FILE = 4;
  static final int EROFS_FEATURE_INCOMPAT_DEVICE_TABLE = 8;

  static final int MAGIC = 0;
  static final int CHECKSUM = 4;
  static final int FEATURE_COMPAT = 8;
  static final int BLKSZBITS = 12;
  static final int ROOT_NID = 14;
  static final int INOS = 16;
  static final int BUILD_BLOCKS = 36;
  static final int UUID = 48;
  static final int FEATURE_INCOMPAT = 80;
  static final int EXTRA_DEVICES = 86;
  static final int DEVT_SLOTOFF = 88;

  /**
   * The image from its first byte to the end of the device table.
   *
   * @param table what {@link DeviceTable} gives
   */
  byte[] encode(byte[] table) {
    int slots = EROFS_SUPER_OFFSET + BYTES; // slots are as long as the superblock
    // The checksum covers the block, of which parts may belong to what follows the table.
    ByteBuffer out =
        ByteBuffer.allocate((int) Blocks.align(slots + table.length, Blocks.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    int incompat = EROFS_FEATURE_INCOMPAT_CHUNKED_FILE;
    if (devices > 0) {
      incompat |= EROFS_FEATURE_INCOMPAT_DEVICE_TABLE;
      put16(out, EXTRA_DEVICES, devices);
      put16(out, DEVT_SLOTOFF, slots / DeviceTable.SLOT_BYTES);
    }
    put32(out, MAGIC, EROFS_SUPER_MAGIC_V1);
    put32(out, FEATURE_COMPAT, EROFS_FEATURE_COMPAT_SB_CHKSUM | EROFS_FEATURE_COMPAT_MTIME);
    out.put(EROFS_SUPER_OFFSET + BLKSZBITS, (byte) Blocks.BITS);
    put16(out, ROOT_NID, rootNid);
    out.putLong(EROFS_SUPER_OFFSET + INOS, inodes);
    put32(out, BUILD_BLOCKS, (int) blocks);
    out.put(EROFS_SUPER_OFFSET + UUID, uuid);
    put32(out, FEATURE_INCOMPAT, incompat);
    out.put(slots, table);
    put32(out, CHECKSUM, checksum(out.array()));
    return out.array();
  }

  /** The kernel's crc32c(): without the final inversion; the field itself counts as zeros. */
  static int checksum(byte[] image) {
    CRC32C crc = new CRC32C();
    crc.update(image, EROFS_SUPER_OFFSET, Blocks.BYTES);
    return ~(int) crc.getValue();
  }

  private static void put16(ByteBuffer out, int field, int value) {
    out.putShort(EROFS_SUPER_OFFSET + field, (short) value);
  }

  private static void put32(ByteBuffer out, int field, int value) {
    out.putInt(EROFS_SUPER_OFFSET + field, value);
  }
}
