package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A metadata image in the store, whole, and the files of its devices, each as long as it says.
 *
 * <p>The kernel checks nothing but the superblock, and believes the rest. So we end the file,
 * behind the last block that the kernel sees, with a trailer that holds a checksum of all before
 * it, and compare that before each mount. What is damaged is made anew: it is derived data.
 *
 * @param path the image
 * @param devices the layers' files, device 1 first
 */
record MetadataImage(Path path, List<Path> devices) {
  private static final long MAGIC = 0x31534f52456963f6L;

  /** Other versions lay out the same tree otherwise, or had a fault: theirs are made anew. */
  private static final int VERSION = 1;

  private static final int TRAILER_BYTES = 24;
  private static final int BUFFER_BYTES = 1 << 18;

  /** The image of a view that is there and right, else a new one. */
  static MetadataImage of(ImageView view, LayerFiles layers) throws IOException {
    Path path = layers.store().erofs(layers.chainId());
    Optional<MetadataImage> found = find(path, layers);
    if (found.isPresent()) {
      return found.get();
    }
    try (BuildLock lock = layers.store().lock(String.valueOf(path.getFileName()))) {
      found = find(path, layers); // another process may have made it while we waited
      return found.isPresent() ? found.get() : create(path, view, layers);
    }
  }

  private static MetadataImage create(Path path, ImageView view, LayerFiles layers)
      throws IOException {
    try (PendingFile file = layers.store().create(path)) {
      ImageWriter.Written written = new ImageWriter(view, layers).write(file.channel());
      ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      trailer.putLong(MAGIC).putInt(VERSION).putInt(written.crc()).putLong(written.blocks());
      file.write(trailer.flip());
      file.publish(); // should a crash cut it, the checksum tells
      return new MetadataImage(path, written.devices());
    }
  }

  /** The image, unless there is none or it is damaged, of another version or of other layers. */
  private static Optional<MetadataImage> find(Path path, LayerFiles layers) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      if (!isWhole(file)) {
        return Optional.empty();
      }
      List<Path> devices = new ArrayList<>();
      for (DeviceTable.Slot slot : slots(file)) {
        Optional<Path> device = device(slot, layers);
        if (device.isEmpty()) {
          return Optional.empty();
        }
        devices.add(device.get());
      }
      return Optional.of(new MetadataImage(path, devices));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Whether a file is a whole image of this version; devices are not looked at. */
  static boolean isWhole(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return isWhole(file);
    }
  }

  private static boolean isWhole(FileChannel file) throws IOException {
    long end = file.size() - TRAILER_BYTES;
    if (end < Superblock.EROFS_SUPER_OFFSET + Superblock.BYTES) {
      return false;
    }
    ByteBuffer trailer = read(file, end, TRAILER_BYTES);
    if (trailer.getLong() != MAGIC || trailer.getInt() != VERSION) {
      return false;
    }
    int due = trailer.getInt();
    long blocks = trailer.getLong();
    return (end & Blocks.BYTES - 1) == 0 && blocks == end >>> Blocks.BITS && crc(file, end) == due;
  }

  private static int crc(FileChannel file, long end) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (long pos = 0; pos < end; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - pos));
      int n = file.read(buffer, pos);
      if (n < 0) {
        break; // it became shorter: the sum tells
      }
      crc.update(buffer.flip());
      pos += n;
    }
    return (int) crc.getValue();
  }

  private static List<DeviceTable.Slot> slots(FileChannel file) throws IOException {
    ByteBuffer head = read(file, Superblock.EROFS_SUPER_OFFSET, Superblock.BYTES);
    int count = Short.toUnsignedInt(head.getShort(Superblock.EXTRA_DEVICES));
    long at = (long) Short.toUnsignedInt(head.getShort(Superblock.DEVT_SLOTOFF));
    int bytes = count * DeviceTable.SLOT_BYTES;
    return DeviceTable.decode(read(file, at * DeviceTable.SLOT_BYTES, bytes), count);
  }

  /** The file of a layer, when it is as long as it was when the image was made. */
  private static Optional<Path> device(DeviceTable.Slot slot, LayerFiles layers)
      throws IOException {
    for (LayerFiles.LayerFile layer : layers.layers()) {
      if (layer.diffId().hex().equals(slot.tag())) {
        boolean right = Files.size(layer.path()) == slot.blocks() << Blocks.BITS;
        return right ? Optional.of(layer.path()) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static ByteBuffer read(FileChannel file, long pos, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && file.read(buffer, pos + buffer.position()) >= 0) {
      // Until all is there; zeros stand for what is missing, and the checksum tells.
    }
    return buffer.rewind();
  }
}
