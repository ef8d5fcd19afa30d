package dev.ocifs.mount.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that an image points into, {@code struct erofs_deviceslot}: the first is device 1. The
 * tag of a slot holds the digest of the layer as the header of the kernel foresees.
 */
final class DeviceTable {
  static final int SLOT_BYTES = 128;

  /** What {@code extra_devices} of the superblock can count. */
  static final int MAX = 0xffff;

  static final int TAG = 0;
  static final int TAG_BYTES = 64;
  static final int BLOCKS = 64;

  private DeviceTable() {}

  /**
   * One device.
   *
   * @param tag 64 hexadecimal digits
   * @param blocks its length
   */
  record Slot(String tag, long blocks) {}

  static byte[] encode(List<Slot> slots) {
    ByteBuffer out = ByteBuffer.allocate(slots.size() * SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < slots.size(); i++) {
      byte[] tag = slots.get(i).tag().getBytes(StandardCharsets.US_ASCII);
      out.put(i * SLOT_BYTES + TAG, tag, 0, Math.min(tag.length, TAG_BYTES));
      out.putInt(i * SLOT_BYTES + BLOCKS, (int) slots.get(i).blocks());
    }
    return out.array();
  }

  /** Reads so many slots back. */
  static List<Slot> decode(ByteBuffer table, int count) {
    ByteBuffer in = table.order(ByteOrder.LITTLE_ENDIAN);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] tag = new byte[TAG_BYTES];
      in.get(i * SLOT_BYTES + TAG, tag);
      slots.add(
          new Slot(
              new String(tag, StandardCharsets.US_ASCII),
              Integer.toUnsignedLong(in.getInt(i * SLOT_BYTES + BLOCKS))));
    }
    return slots;
  }
}
