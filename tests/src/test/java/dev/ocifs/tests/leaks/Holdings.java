package dev.ocifs.tests.leaks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this process holds of the files below a folder, as the kernel says. */
final class Holdings {
  private Holdings() {}

  /** Descriptors, mappings and mounts, one line each. */
  static List<String> below(Path folder) throws IOException {
    List<String> held = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(folder)) {
            held.add("descriptor of " + file);
          }
        } catch (NoSuchFileException e) {
          // closed since it was listed: that of the listing itself, for one
        }
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      if (line.contains(" " + folder + "/")) {
        held.add("mapping of " + line.substring(line.indexOf('/')));
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      if (line.contains(" " + folder + "/")) {
        held.add("mount " + line);
      }
    }
    return held;
  }
}
