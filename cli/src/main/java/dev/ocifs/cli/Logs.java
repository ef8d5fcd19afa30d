package dev.ocifs.cli;

import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where servers write what they have to say: in the background, one file a process. */
final class Logs {
  /** Of a server in the foreground. */
  static final Path STANDARD_ERROR = Path.of("/dev/stderr");

  private Logs() {}

  static Path of(Store store, long pid) {
    return store.logsDir().resolve("mount-" + pid + ".log");
  }

  /** Most servers have nothing to say. */
  static void deleteIfEmpty(Path log) throws IOException {
    try {
      if (Files.isRegularFile(log) && Files.size(log) == 0) {
        Files.delete(log);
      }
    } catch (NoSuchFileException e) {
      // so much the better
    }
  }
}
