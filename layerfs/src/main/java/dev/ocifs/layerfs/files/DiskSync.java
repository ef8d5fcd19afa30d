package dev.ocifs.layerfs.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** Waits until files are safe on disk. Thread-safe. */
@FunctionalInterface
public interface DiskSync {
  /** One file after the other: slow where there are many, and right everywhere. */
  DiskSync EACH =
      (folder, files) -> {
        for (FileChannel file : files) {
          file.force(true);
        }
      };

  /**
   * Returns when all that was written to these files would outlive a crash of the machine.
   *
   * @param folder of the file system that they are on
   */
  void sync(Path folder, List<FileChannel> files) throws IOException;
}
