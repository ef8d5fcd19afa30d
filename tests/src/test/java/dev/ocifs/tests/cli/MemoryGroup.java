package dev.ocifs.tests.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Processes that have little memory for the files they read: a control group whose limit stays just
 * above what they hold otherwise, so that the kernel reclaims all the time and ends none of them.
 * Works with both versions of the kernel's interface.
 *
 * <p>Source: Linux Documentation/admin-guide/cgroup-v2.rst (memory.high), cgroup-v1/memory.rst.
 *
 * @param limit where the limit is written
 * @param held the name by which memory.stat tells what is not of files
 */
record MemoryGroup(Path folder, Path limit, String held) implements AutoCloseable {
  /** What is left for pages of files. */
  private static final long MARGIN_BYTES = 32 << 20;

  /** Empty where this process may make no such group. */
  static Optional<MemoryGroup> create() {
    Path cgroups = Path.of("/sys/fs/cgroup");
    String name = "ocifs-test-" + ProcessHandle.current().pid();
    try {
      Path controllers = cgroups.resolve("cgroup.controllers");
      boolean unified = Files.exists(controllers);
      Path folder = (unified ? cgroups : cgroups.resolve("memory")).resolve(name);
      Files.createDirectory(folder);
      MemoryGroup group =
          unified
              ? new MemoryGroup(folder, folder.resolve("memory.high"), "anon")
              : new MemoryGroup(folder, folder.resolve("memory.limit_in_bytes"), "rss");
      if (Files.isWritable(group.limit)) {
        if (!unified) {
          // Who is over the limit waits for the next one, instead of being killed.
          Files.writeString(folder.resolve("memory.oom_control"), "1");
        }
        return Optional.of(group);
      }
      Files.delete(folder);
    } catch (IOException e) {
      System.out.println("no memory pressure: " + e);
    }
    return Optional.empty();
  }

  /** What a shell runs to be in the group, with all that it starts. */
  String enter() {
    return "echo $$ > '" + folder.resolve("cgroup.procs") + "'; ";
  }

  /** Sets the limit to what the processes hold now, and a little. */
  void tighten() throws IOException {
    long bytes =
        Files.readAllLines(folder.resolve("memory.stat")).stream()
            .filter(line -> line.startsWith(held + " "))
            .mapToLong(line -> Long.parseLong(line.substring(held.length() + 1)))
            .sum();
    try {
      Files.writeString(limit, Long.toString(bytes + MARGIN_BYTES));
    } catch (IOException e) {
      // EBUSY: they hold more by now, and are asked again.
    }
  }

  /** Gives the processes memory again. */
  void relax() throws IOException {
    Files.writeString(limit, limit.endsWith("memory.high") ? "max" : "-1");
  }

  /** Waits until the processes have ended. */
  @Override
  public void close() throws IOException {
    for (String pid : Files.readAllLines(folder.resolve("cgroup.procs"))) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> process.onExit().join());
    }
    Files.delete(folder);
  }
}
