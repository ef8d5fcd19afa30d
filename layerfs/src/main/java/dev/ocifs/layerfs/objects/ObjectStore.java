package dev.ocifs.layerfs.objects;

import dev.ocifs.layerfs.batch.BatchOptions;
import dev.ocifs.layerfs.batch.BatchProcessor;
import dev.ocifs.layerfs.batch.BatchScheduler;
import dev.ocifs.layerfs.batch.Priority;
import dev.ocifs.layerfs.batch.WhenFull;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decoded spans in files of the store, as many as fit into a number of bytes, those used last being
 * kept.
 *
 * <p>Which files there are is read once, at opening, oldest first by their times, and kept in
 * memory from then on: a span without a file costs no system call. A use is noted in the file's
 * time once a minute, so that the order outlives the process. Files are written by one thread of
 * its own and only while few wait; a span is offered by reference, which makes the queue's {@value
 * #WAITING} chunks the memory that it may hold. It is kept when it is decoded for the second time
 * that is known of, so that reading an image through once fills no disk; a bounded memory of first
 * times and the profiles of earlier mounts are what is known.
 *
 * <p>Another process with the same store has files and a bound of its own; what it adds is seen at
 * the next opening, what it deletes is a miss. Whatever cannot be read or written is a miss, too;
 * after {@value #MAX_FAILURES} failed writes in a row nothing more is written. Whoever opened it
 * closes it; afterwards it still finds, and keeps nothing new. Thread-safe.
 */
public final class ObjectStore implements SpanStore, Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private static final int WAITING = 8;
  private static final int MAX_FAILURES = 8;
  private static final int REMEMBERED = 8192;
  private static final long TOUCH_MILLIS = 60_000;

  private final Store store;
  private final int maxEntryBytes;
  private final InstantSource clock;
  private final Shelf shelf;
  private final BatchProcessor<Offer> writer;
  private final Set<SpanKey> usedOnce =
      Collections.synchronizedSet(Collections.newSetFromMap(new Remembered()));

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder damaged = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /** The writes that failed since the last that did not. */
  private final AtomicInteger failuresInRow = new AtomicInteger();

  private static final class Offer {
    final SpanKey key;
    final int crc;
    final byte[] content;

    Offer(SpanKey key, int crc, byte[] content) {
      this.key = key;
      this.crc = crc;
      this.content = content;
    }
  }

  private static final class Remembered extends LinkedHashMap<SpanKey, Boolean> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<SpanKey, Boolean> eldest) {
      return size() > REMEMBERED;
    }
  }

  ObjectStore(
      Store store, long maxBytes, int maxEntryBytes, InstantSource clock, BatchScheduler thread) {
    this.store = store;
    this.maxEntryBytes = maxEntryBytes;
    this.clock = clock;
    shelf = new Shelf(maxBytes);
    BatchOptions options =
        new BatchOptions("objects", 1, WAITING, Duration.ZERO, WhenFull.DROP_LOW);
    writer = new BatchProcessor<>(options, this::write, thread);
    for (ObjectFiles.Found file : ObjectFiles.oldestFirst(store.spans())) {
      delete(shelf.add(file.key(), file.bytes(), file.usedMillis()));
    }
  }

  /**
   * Opens the decoded spans of a store, and deletes what is more than the bound allows.
   *
   * @param maxBytes what the files may take on disk, at least 1
   * @param maxEntryBytes the longest span that is kept, decoded
   */
  public static ObjectStore open(Store store, long maxBytes, int maxEntryBytes) {
    if (maxBytes < 1 || maxEntryBytes < 1) {
      throw new IllegalArgumentException("no room: " + maxBytes + ", " + maxEntryBytes);
    }
    return new ObjectStore(
        store,
        maxBytes,
        maxEntryBytes,
        InstantSource.system(),
        BatchScheduler.daemon("ocifs-objects"));
  }

  @Override
  public boolean find(SpanKey key, int crc, byte[] dst) {
    Shelf.Slot slot = shelf.find(key);
    boolean found = slot != null && read(key, slot, crc, dst);
    (found ? hits : misses).increment();
    return found;
  }

  private boolean read(SpanKey key, Shelf.Slot slot, int crc, byte[] dst) {
    Path file = ObjectFiles.path(store.spans(), key);
    try {
      if (!ObjectFile.read(file, key, crc, dst)) {
        damaged.increment();
        discard(key, slot, file);
        return false;
      }
      long now = clock.millis();
      if (shelf.touch(slot, now, TOUCH_MILLIS)) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(now));
      }
      return true;
    } catch (NoSuchFileException e) {
      shelf.remove(key, slot);
      return false;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot read a decoded span", e);
      discard(key, slot, file);
      return false;
    }
  }

  private void discard(SpanKey key, Shelf.Slot slot, Path file) {
    shelf.remove(key, slot);
    delete(file);
  }

  @Override
  public void offer(SpanKey key, int crc, byte[] content, boolean usedBefore) {
    if (key.length() > maxEntryBytes
        || failuresInRow.get() >= MAX_FAILURES
        || (usedOnce.add(key) && !usedBefore)
        || shelf.contains(key)) {
      return;
    }
    writer.submit(new Offer(key, crc, content), Priority.LOW);
  }

  /** The writer's thread; an offer that fails is counted and lost, for it is only a copy. */
  private void write(List<Offer> offers) {
    for (Offer offer : offers) {
      if (shelf.contains(offer.key)) {
        continue; // it was offered twice before it was written
      }
      try {
        keep(offer);
        failuresInRow.set(0);
      } catch (IOException e) {
        failures.increment();
        failuresInRow.incrementAndGet();
        LOG.log(Level.DEBUG, "cannot keep a decoded span", e);
      }
    }
  }

  private void keep(Offer offer) throws IOException {
    SpanKey key = offer.key;
    long now = clock.millis();
    Packing.Packed packed = Packing.pack(offer.content, key.length());
    if (!shelf.fits(ObjectFile.size(packed))) {
      return;
    }
    Path file = ObjectFiles.path(store.spans(), key);
    ObjectFile.write(store, file, key, offer.crc, packed);
    writes.increment();
    delete(shelf.add(key, ObjectFile.size(packed), now));
  }

  private void delete(List<SpanKey> keys) {
    for (SpanKey key : keys) {
      delete(ObjectFiles.path(store.spans(), key));
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot delete a decoded span", e);
    }
  }

  /** Returns when all that was offered before is written or lost. */
  void flush() {
    writer.flush();
  }

  /** What it has done and holds. */
  public ObjectStats stats() {
    ObjectStats held = shelf.stats();
    return new ObjectStats(
        hits.sum(),
        misses.sum(),
        damaged.sum(),
        writes.sum(),
        failures.sum(),
        writer.statistics().dropped(),
        held.evictions(),
        held.entries(),
        held.bytes(),
        held.maxBytes(),
        held.contentBytes());
  }

  /** Writes what waits, and ends the thread. */
  @Override
  public void close() {
    writer.close();
  }
}
