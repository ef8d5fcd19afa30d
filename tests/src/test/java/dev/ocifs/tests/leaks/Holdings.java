package dev.ocifs.tests.leaks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this process holds of the files below a folder, as the kernel says. */
public final class Holdings {
  private Holdings() {}

  /**
   * Descriptors, mappings, mounts and the product's threads, one line each; of what has no name, as
   * sockets, and of the kernel's files, as connections to it, all that the process has.
   */
  static List<String> below(Path folder) throws IOException {
    List<String> held = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(folder) || isOfSystem(file) || isNameless(file.toString())) {
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
    held.addAll(mountsBelow(folder));
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (isOfProduct(thread.getName())) {
        held.add("thread " + thread.getName());
      }
    }
    return held;
  }

  /** Those that it names, and those of pools and servers of the JDK. */
  private static boolean isOfProduct(String thread) {
    return thread.startsWith("ocifs-")
        || thread.startsWith("pool-")
        || thread.startsWith("HTTP-Dispatcher");
  }

  /** The tables of /proc that somebody watches, and connections to the kernel. */
  private static boolean isOfSystem(Path file) {
    return file.equals(Path.of("/dev/fuse")) || file.endsWith("mountinfo");
  }

  private static boolean isNameless(String link) {
    // The last part: links of descriptors are resolved as relative to their folder.
    String name = link.substring(link.lastIndexOf('/') + 1);
    return name.startsWith("socket:") || name.startsWith("anon_inode:");
  }

  /** Mounts at a folder or in it. */
  public static List<String> mountsBelow(Path folder) throws IOException {
    List<String> held = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      if (line.contains(" " + folder + "/") || line.contains(" " + folder + " ")) {
        held.add("mount " + line);
      }
    }
    return held;
  }

  /** So that one leak is told of once, and the folder can be deleted. */
  static void unmountBelow(Path folder) throws IOException, InterruptedException {
    for (String held : mountsBelow(folder)) {
      String dir = held.split(" ", -1)[2];
      int ignored = new ProcessBuilder("umount", "--lazy", dir).start().waitFor();
    }
  }
}
