package dev.ocifs.mount;

import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The mounts of all processes of one user: a folder with a small file of {@code key=value} lines
 * for each, written at once by rename. A file says what was; {@link Record#alive} whether it still
 * is. Thread-safe, also between processes.
 */
public final class MountRegistry {
  private static final String SUFFIX = ".mount";
  private static final long NO_PROCESS = 0;

  /** A draft is renamed at once; one that is older has nobody who would. */
  private static final Duration DRAFT_AGE = Duration.ofMinutes(1);

  /**
   * One registered mount.
   *
   * @param id names the file
   * @param pid process that serves it, 0 when the kernel does so alone
   * @param pidStart when that process started, in clock ticks since boot: numbers of processes are
   *     used again
   * @param dir where
   * @param image the image as the user named it
   * @param backend name of the {@link FuseBackend}
   * @param since when it was registered
   * @param log where the process logs to
   */
  @SuppressWarnings("AvoidCommonTypeNames") // always used as MountRegistry.Record
  public record Record(
      String id,
      long pid,
      long pidStart,
      Path dir,
      String image,
      String backend,
      Instant since,
      Path log) {

    /** Whether the kernel serves it alone. */
    public boolean isNative() {
      return pid == NO_PROCESS;
    }

    /** Whether that very process still runs, or none is needed. */
    public boolean served() throws IOException {
      if (isNative()) {
        return MountTable.at(dir).filter(MountTable.Entry::isNative).isPresent();
      }
      Optional<Long> start = startOf(pid);
      return start.isPresent() && start.get() == pidStart;
    }

    /** Whether the directory still shows a mount of ocifs, and whatever serves it still runs. */
    public boolean alive() throws IOException {
      return served() && MountTable.at(dir).filter(MountTable.Entry::isOcifs).isPresent();
    }
  }

  private final Path mountsDir;

  /**
   * Uses a folder, which {@link #register} creates when it is missing.
   *
   * @param mountsDir holds nothing else
   */
  public MountRegistry(Path mountsDir) {
    this.mountsDir = mountsDir;
  }

  /** Registers a mount that this process serves. */
  public Record register(Path dir, String image, String backend, Path log) throws IOException {
    long pid = ProcessHandle.current().pid();
    long start = startOf(pid).orElseThrow(() -> new IOException("/proc is not mounted"));
    return register(pid, start, dir, image, backend, log);
  }

  /** Registers a mount that the kernel serves alone, whatever becomes of this process. */
  public Record registerNative(Path dir, String image, String backend, Path log)
      throws IOException {
    return register(NO_PROCESS, 0, dir, image, backend, log);
  }

  private Record register(long pid, long pidStart, Path dir, String image, String backend, Path log)
      throws IOException {
    Record mount =
        new Record(
            UUID.randomUUID().toString(),
            pid,
            pidStart,
            MountTable.resolve(dir),
            Printable.escape(image),
            backend,
            Instant.now().truncatedTo(ChronoUnit.MILLIS),
            log.toAbsolutePath());
    Files.createDirectories(mountsDir);
    Path draft = mountsDir.resolve(mount.id() + ".tmp");
    Files.writeString(draft, format(mount));
    Files.move(draft, file(mount.id()), StandardCopyOption.ATOMIC_MOVE);
    return mount;
  }

  /** All registered mounts, dead ones too, the oldest first; a file that makes no sense is none. */
  public List<Record> list() throws IOException {
    List<Record> mounts = new ArrayList<>();
    if (Files.isDirectory(mountsDir)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(mountsDir, "*" + SUFFIX)) {
        for (Path file : files) {
          read(file).ifPresent(mounts::add);
        }
      }
    }
    mounts.sort(Comparator.comparing(Record::since).thenComparing(Record::id));
    return mounts;
  }

  /**
   * Takes away what processes that were killed have left: mounts that answer nothing any more, and
   * their files here.
   */
  public void repair() throws IOException {
    for (Record mount : list()) {
      if (!mount.alive()) {
        repair(mount);
      }
    }
  }

  /** Takes away a mount that is not alive, and its file here. */
  public void repair(Record mount) throws IOException {
    if (MountTable.at(mount.dir()).filter(MountTable.Entry::isOcifs).isPresent()) {
      if (!MountPoint.isDead(mount.dir())) {
        return; // another server's by now
      }
      Unmounter.unmount(mount.dir(), true);
    }
    remove(mount.id());
  }

  /**
   * Files here that make no sense as mounts, the drafts of processes that were killed among them.
   */
  public List<Path> unreadable() throws IOException {
    List<Path> unreadable = new ArrayList<>();
    if (Files.isDirectory(mountsDir)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(mountsDir)) {
        for (Path file : files) {
          boolean young = Instant.now().minus(DRAFT_AGE).isBefore(modified(file));
          if (!young && (!file.toString().endsWith(SUFFIX) || read(file).isEmpty())) {
            unreadable.add(file);
          }
        }
      }
    }
    return unreadable;
  }

  private static Instant modified(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX; // just renamed or removed
    }
  }

  /** Forgets a mount; nothing happens when it is forgotten already. */
  public void remove(String id) throws IOException {
    Files.deleteIfExists(file(id));
  }

  private Path file(String id) {
    return mountsDir.resolve(UUID.fromString(id) + SUFFIX);
  }

  private static String format(Record m) {
    return "id="
        + m.id()
        + "\npid="
        + m.pid()
        + "\npidStart="
        + m.pidStart()
        + "\ndir="
        + escape(m.dir())
        + "\nimage="
        + m.image()
        + "\nbackend="
        + m.backend()
        + "\nsince="
        + m.since()
        + "\nlog="
        + escape(m.log())
        + "\n";
  }

  private static Optional<Record> read(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        int at = line.indexOf('=');
        if (at > 0) {
          values.put(line.substring(0, at), line.substring(at + 1));
        }
      }
    } catch (NoSuchFileException | java.nio.charset.CharacterCodingException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Record(
              UUID.fromString(value(values, "id")).toString(),
              Long.parseLong(value(values, "pid")),
              Long.parseLong(value(values, "pidStart")),
              unescape(value(values, "dir")),
              value(values, "image"),
              value(values, "backend"),
              Instant.parse(value(values, "since")),
              unescape(value(values, "log"))));
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String value(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key);
    }
    return value;
  }

  /** Keeps a path with line feeds on one line. */
  private static String escape(Path path) {
    return path.toString().replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D");
  }

  private static Path unescape(String path) {
    return Path.of(path.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"));
  }

  /**
   * Field 22 of /proc/PID/stat; field 2, the name, may hold spaces and parentheses. A zombie, which
   * its parent has not waited for yet, is as good as gone (field 3).
   */
  private static Optional<Long> startOf(long pid) throws IOException {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[0].equals("Z") ? Optional.empty() : Optional.of(Long.parseLong(fields[19]));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
