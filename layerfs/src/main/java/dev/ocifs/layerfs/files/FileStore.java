package dev.ocifs.layerfs.files;

import dev.ocifs.oci.store.Store;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whole files of images, uncompressed, as many as fit into a number of bytes; those used longest
 * ago go first.
 *
 * <p>A file is found by the place of a layer that it comes from, and has a second name by its
 * content: equal files of whatever images are one file on disk with a name for each place. There is
 * no table of them, on disk or in memory: the file system has it. What has a name is safe on disk
 * before ({@link FileBatch}), so that a file is as long as its name says and whole, or not there.
 *
 * <p>A file that is given up while the kernel reads it lives on without a name until it is closed.
 * Another process with the same store has a bound of its own. The time of a file is that of its
 * last use, to the hour. Thread-safe.
 */
public final class FileStore {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  /** How exact the time of the last use is. */
  static final long TOUCH_MILLIS = 3_600_000;

  /** How long to look for nothing to give up after there was none. */
  private static final long VAIN_MILLIS = 60_000;

  private final Store store;
  private final FileFolders folders;
  private final long maxBytes;
  private final DiskSync disk;
  private final InstantSource clock;

  /** Held by whoever makes files: one at a time in a process. */
  private final ReentrantLock making = new ReentrantLock(true);

  private boolean counted;
  private long vainUntil;

  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder shared = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  FileStore(Store store, long maxBytes, DiskSync disk, InstantSource clock) {
    this.store = store;
    this.folders = new FileFolders(store.files());
    this.maxBytes = maxBytes;
    this.disk = disk;
    this.clock = clock;
  }

  /**
   * Opens the whole files of a store. How many there are is found out when the first is made.
   *
   * @param maxBytes what they may hold together
   * @param disk how to make sure that they are safe
   */
  public static FileStore open(Store store, long maxBytes, DiskSync disk) {
    return new FileStore(store, maxBytes, disk, InstantSource.system());
  }

  private void count(int files, long size) {
    entries.addAndGet(files);
    bytes.addAndGet(size);
  }

  /** The file that holds the content of a place; null when there is none. Counts as a use. */
  public @Nullable Path find(FilePlace place) {
    File file = folders.place(place).toFile(); // unlike Files, answers without an exception
    if (file.length() != place.size()) {
      misses.increment();
      return null;
    }
    hits.increment();
    long now = clock.millis();
    if (now - file.lastModified() > TOUCH_MILLIS) {
      boolean ignored = file.setLastModified(now);
    }
    return file.toPath();
  }

  /** Whether the content of a place is here; does not count as a use. */
  public boolean has(FilePlace place) {
    return folders.place(place).toFile().length() == place.size();
  }

  /** Begins to make files; waits for others who do. The caller closes the batch. */
  public FileBatch batch() {
    making.lock();
    return new FileBatch(this);
  }

  void batchEnds() {
    making.unlock();
  }

  /**
   * Makes room for a file.
   *
   * @param before gives up only what was used last before this time, in milliseconds
   * @return whether there is
   */
  public synchronized boolean makeRoom(long size, long before) throws IOException {
    if (!counted) {
      folders.contents(file -> count(1, Files.size(file)));
      counted = true;
    }
    if (size > maxBytes) {
      return false;
    }
    if (bytes.get() + size > maxBytes && clock.millis() >= vainUntil) {
      sweep(maxBytes - maxBytes / 8 - size, before);
      if (bytes.get() + size > maxBytes) {
        vainUntil = clock.millis() + VAIN_MILLIS;
      }
    }
    return bytes.get() + size <= maxBytes;
  }

  /** The time before which a use counts as long ago. */
  public long longAgo() {
    return clock.millis() - TOUCH_MILLIS;
  }

  /** The time by which uses are told apart. */
  public long now() {
    return clock.millis();
  }

  /** One name by place. */
  private record Name(Path file, long inode, long size, long usedMillis) {}

  /** Gives files up until they hold no more than {@code target}, and counts anew what is here. */
  private void sweep(long target, long before) throws IOException {
    List<Name> names = new ArrayList<>();
    folders.places(
        file -> {
          BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
          long used = facts.lastModifiedTime().toMillis();
          if (used < before) {
            names.add(new Name(file, FileFolders.Identity.of(file).inode(), facts.size(), used));
          }
        });
    names.sort(Comparator.comparingLong(Name::usedMillis).thenComparingLong(Name::inode));
    long left = bytes.get();
    Set<Long> gone = new HashSet<>();
    for (Name name : names) {
      if (left <= target && !gone.contains(name.inode())) {
        break;
      }
      if (gone.add(name.inode())) {
        left -= name.size();
        evictions.increment();
      }
      Files.deleteIfExists(name.file());
    }
    recount();
  }

  /** Deletes contents that no place has any more, and counts the others. */
  private void recount() throws IOException {
    long[] found = new long[2];
    folders.contents(
        file -> {
          long size = Files.size(file);
          if (FileFolders.Identity.of(file).links() == 1) {
            Files.deleteIfExists(file);
          } else {
            found[0]++;
            found[1] += size;
          }
        });
    entries.set(found[0]);
    bytes.set(found[1]);
  }

  Store store() {
    return store;
  }

  FileFolders folders() {
    return folders;
  }

  DiskSync disk() {
    return disk;
  }

  synchronized void made(long size) {
    writes.increment();
    if (counted) { // else it is found with the others
      count(1, size);
    }
  }

  void wasShared() {
    writes.increment();
    shared.increment();
  }

  /** Counts a file that could not be made. */
  public void failed(IOException why) {
    failures.increment();
    LOG.log(Level.DEBUG, "cannot keep a whole file", why);
  }

  /** What it has done and holds. */
  public FileStats stats() {
    return new FileStats(
        hits.sum(),
        misses.sum(),
        writes.sum(),
        shared.sum(),
        failures.sum(),
        evictions.sum(),
        entries.get(),
        bytes.get(),
        maxBytes);
  }

  /** Links a place to a content, if that is here. */
  boolean link(Path place, Path content, long size) throws IOException {
    try {
      if (Files.size(content) != size) {
        return false;
      }
      Files.createLink(place, content);
      boolean ignored = content.toFile().setLastModified(clock.millis()); // a use
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
