package dev.ocifs.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the processes that keep a mount busy, by the links of {@code /proc}: reading a link does
 * not touch the mount, so that this works on a dead one too. Processes of other users stay unseen
 * without root's rights.
 */
final class MountUsers {
  private static final Path PROC = Path.of("/proc");
  private static final int MOST = 5;

  private MountUsers() {}

  /** Up to five processes, as "name (pid)". */
  static List<String> of(Path dir) {
    List<String> users = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (users.size() < MOST && uses(process, dir)) {
          users.add(name(process) + " (" + process.getFileName() + ")");
        }
      }
    } catch (IOException e) {
      // Who uses the mount is a courtesy: the caller reports the mount as busy anyway.
    }
    return users;
  }

  private static boolean uses(Path process, Path dir) {
    for (String link : List.of("cwd", "root", "exe")) {
      if (isWithin(process.resolve(link), dir)) {
        return true;
      }
    }
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path fd : open) {
        if (isWithin(fd, dir)) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // The process ended or belongs to someone else.
    }
    return false;
  }

  private static boolean isWithin(Path link, Path dir) {
    try {
      return Files.readSymbolicLink(link).startsWith(dir);
    } catch (IOException e) {
      return false;
    }
  }

  private static String name(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException e) {
      return "a program";
    }
  }
}
