package dev.ocifs.mount.kernel;

import dev.ocifs.mount.MountTable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * How far ahead the kernel reads files of a mount that are read from front to back. Its 128 KiB
 * come as several requests each, and end before the next span of a layer begins, which could be
 * decoded meanwhile; root may ask for as much as one request can carry. INIT can only lower it.
 */
final class ReadAhead {
  private static final Logger LOG = System.getLogger("dev.ocifs.mount");

  /** Linux Documentation/ABI/testing/sysfs-class-bdi. */
  private static final Path SETTINGS = Path.of("/sys/class/bdi");

  private static final int KIBIBYTES = Reply.MAX_CONTENT_BYTES >> 10;

  private ReadAhead() {}

  /** Raises it for what is mounted at a directory, where this process may. */
  static void raise(Path dir) {
    try {
      Optional<String> device = MountTable.deviceAt(dir);
      if (device.isPresent()) {
        Path setting = setting(device.get());
        if (Files.isWritable(setting)) {
          Files.writeString(setting, Integer.toString(KIBIBYTES), StandardOpenOption.WRITE);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the readahead of " + dir + " stays as it is", e);
    }
  }

  /**
   * @param device major:minor number of the mount
   */
  static Path setting(String device) {
    return SETTINGS.resolve(device).resolve("read_ahead_kb");
  }
}
