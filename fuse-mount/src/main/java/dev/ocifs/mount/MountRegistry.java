package dev.ocifs.mount;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;

/**
 * Who serves which mount: a small file for each, in a folder of the store. Thread-safe, and safe
 * for several processes.
 */
public final class MountRegistry {
  private static final String SUFFIX = ".mount";

  /**
   * A mount and the process that serves it.
   *
   * @param id names the file
   * @param started the process' start, in clock ticks since boot: a later process with the same
   *     number has another
   * @param log where the server writes
   */
  public record Server(
      String id,
      long pid,
      String started,
      Path dir,
      String image,
      String backend,
      Instant since,
      Path log) {

    /** Whether that very process still runs and its directory is a mount of ocifs. */
    public boolean alive() throws IOException {
      return started.equals(startOf(pid))
          && MountTable.read().at(dir).filter(MountTable.Entry::isOcifs).isPresent();
    }
  }

  private final Path folder;

  public MountRegistry(Path folder) {
    this.folder = folder;
  }

  /** Notes that this process serves a directory. */
  public Server register(Path dir, String image, String backend, Path log) throws IOException {
    long pid = ProcessHandle.current().pid();
    Path absolute = dir.toAbsolutePath().normalize();
    String id = pid + "-" + Integer.toHexString(absolute.hashCode());
    Server server = new Server(id, pid, startOf(pid), absolute, image, backend, Instant.now(), log);
    Properties text = new Properties();
    text.setProperty("pid", Long.toString(pid));
    text.setProperty("started", server.started);
    text.setProperty("dir", absolute.toString());
    text.setProperty("image", image);
    text.setProperty("backend", backend);
    text.setProperty("since", server.since.toString());
    text.setProperty("log", log.toString());
    Path tmp = folder.resolve(id + ".tmp");
    try (var out = Files.newBufferedWriter(tmp, StandardCharsets.UTF_8)) {
      text.store(out, null);
    }
    Files.move(tmp, folder.resolve(id + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
    return server;
  }

  public void remove(Server server) throws IOException {
    Files.deleteIfExists(folder.resolve(server.id + SUFFIX));
  }

  /**
   * All that are noted, the oldest first. Those whose process and mount are both gone are forgotten
   * on the way.
   */
  public List<Server> list() throws IOException {
    List<Server> servers = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        Server server = read(file);
        if (server == null) {
          continue;
        }
        boolean running = server.started.equals(startOf(server.pid));
        if (running || MountTable.read().at(server.dir).isPresent()) {
          servers.add(server);
        } else {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    servers.sort(Comparator.comparing(Server::since));
    return servers;
  }

  private static @org.jspecify.annotations.Nullable Server read(Path file) throws IOException {
    Properties text = new Properties();
    try (var in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      text.load(in);
    } catch (NoSuchFileException e) {
      return null;
    }
    String name = file.getFileName().toString();
    return new Server(
        name.substring(0, name.length() - SUFFIX.length()),
        Long.parseLong(text.getProperty("pid", "0")),
        text.getProperty("started", ""),
        Path.of(text.getProperty("dir", "/")),
        text.getProperty("image", ""),
        text.getProperty("backend", ""),
        Instant.parse(text.getProperty("since", "1970-01-01T00:00:00Z")),
        Path.of(text.getProperty("log", "")));
  }

  /** Field 22 of /proc/PID/stat, empty when there is no such process (proc_pid_stat(5)). */
  private static String startOf(long pid) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[19];
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}
