package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Takes mounts away, by the system's own programs: umount(8) for root, fusermount(1), which is
 * setuid, for everybody else.
 */
public final class Unmounter {
  private static final List<Path> PROGRAM_FOLDERS =
      List.of(
          Path.of("/usr/bin"),
          Path.of("/bin"),
          Path.of("/usr/sbin"),
          Path.of("/sbin"),
          Path.of("/usr/local/bin"));

  private Unmounter() {}

  /**
   * Unmounts a directory where ocifs serves an image, or did so.
   *
   * @param lazy whether to take it away even when files are in use: they stay readable until they
   *     are closed
   * @throws OcifsException {@code MOUNT} when it is no mount, is not ocifs', or is busy, naming who
   *     uses it
   */
  public static void unmount(Path dir, boolean lazy) throws IOException {
    Optional<MountTable.Entry> entry = MountTable.read().at(dir);
    if (entry.isEmpty()) {
      throw new OcifsException(OcifsException.Kind.MOUNT, dir + " is not a mount point")
          .hint("ocifs mounts lists what is mounted");
    }
    if (!entry.get().isOcifs()) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT,
              dir + " is a mount of type " + entry.get().type() + ", not one of ocifs")
          .hint("unmount it with umount(8)");
    }
    Result result = run(command(entry.get().dir(), lazy));
    if (result.code != 0 && MountTable.read().at(dir).isPresent()) {
      throw failed(dir, entry.get().dir(), result.output);
    }
  }

  private static List<String> command(Path dir, boolean lazy) throws IOException {
    List<String> command = new ArrayList<>();
    Optional<Path> fusermount = program("fusermount3").or(() -> program("fusermount"));
    Optional<Path> umount = program("umount");
    if (isRoot() && umount.isPresent()) {
      command.add(umount.get().toString());
      if (lazy) {
        command.add("-l");
      }
    } else if (fusermount.isPresent()) {
      command.addAll(List.of(fusermount.get().toString(), "-u", "-q"));
      if (lazy) {
        command.add("-z");
      }
    } else {
      throw new OcifsException(OcifsException.Kind.MOUNT, "there is no fusermount on this machine")
          .hint("install the package fuse3");
    }
    command.add("--");
    command.add(dir.toString());
    return command;
  }

  /** Finds a program where systems have it; the search path of a server may be bare. */
  public static Optional<Path> program(String name) {
    return PROGRAM_FOLDERS.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether this process has the rights of root. */
  public static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private record Result(int code, String output) {}

  private static Result run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    while (true) {
      try {
        return new Result(process.waitFor(), output);
      } catch (InterruptedException e) {
        // It ends soon; to leave now would leave the directory in between.
        Thread.currentThread().interrupt();
        process.onExit().join();
        return new Result(process.exitValue(), output);
      }
    }
  }

  private static OcifsException failed(Path dir, Path mounted, String output) {
    List<String> users = users(mounted);
    if (!users.isEmpty() || output.toLowerCase(Locale.ROOT).contains("busy")) {
      String who = users.isEmpty() ? "" : ", by " + String.join(", ", users);
      return new OcifsException(OcifsException.Kind.MOUNT, dir + " is in use" + who)
          .hint("leave it first, or take it away at once with: ocifs umount --lazy " + dir);
    }
    return new OcifsException(OcifsException.Kind.MOUNT, dir + " cannot be unmounted: " + output);
  }

  /**
   * The processes that have a file of the mount open, or stand in it; as far as this user may look.
   */
  private static List<String> users(Path mounted) {
    List<String> users = new ArrayList<>();
    ProcessHandle.allProcesses()
        .filter(process -> uses(Path.of("/proc", Long.toString(process.pid())), mounted))
        .limit(5)
        .forEach(
            process ->
                users.add(
                    "process "
                        + process.pid()
                        + process.info().command().map(c -> " (" + c + ")").orElse("")));
    return users;
  }

  private static boolean uses(Path process, Path mounted) {
    for (String link : List.of("cwd", "root", "exe")) {
      if (pointsInto(process.resolve(link), mounted)) {
        return true;
      }
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (pointsInto(file, mounted)) {
          return true;
        }
      }
    } catch (IOException e) {
      // It has ended, or is somebody else's.
    }
    return false;
  }

  private static boolean pointsInto(Path link, Path mounted) {
    try {
      return Files.readSymbolicLink(link).startsWith(mounted);
    } catch (IOException e) {
      return false;
    }
  }
}
