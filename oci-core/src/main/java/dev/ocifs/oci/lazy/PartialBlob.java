package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The part of a blob that is here, in two files of the store; FORMAT.md in this folder says what
 * they hold. Any number of threads and processes may fill one blob: a unit that two of them fetched
 * has the same bytes. Survives its process.
 */
final class PartialBlob implements Closeable {
  private static final int UNIT = PresenceMap.UNIT_BYTES;

  /** 4 TiB, of which the map has 8 MiB. */
  private static final long MAX_BYTES = 1L << 42;

  private final Store store;
  private final Digest digest;
  private final long size;
  private final SteadyFile file;
  private final PresenceMap map;

  /** The units that this process wrote itself; the others may have been lost in a crash. */
  private final BitSet own = new BitSet();

  private PartialBlob(Store store, Digest digest, long size, SteadyFile file, PresenceMap map) {
    this.store = store;
    this.digest = digest;
    this.size = size;
    this.file = file;
    this.map = map;
  }

  /**
   * Opens what is here of a blob, which may be nothing.
   *
   * @return null when the store has the blob itself
   * @throws OcifsException {@code STORE} when the store cannot be written
   */
  @SuppressWarnings("try") // the lock is held, not used
  static @Nullable PartialBlob open(Store store, Digest digest, long size) throws IOException {
    if (size < 0 || size > MAX_BYTES) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT, "a blob of " + size + " bytes is too long to be fetched")
          .layer(digest);
    }
    if (hasBytes(store.blob(digest), size)) {
      return null;
    }
    try (BuildLock lock = lock(store, digest)) {
      if (hasBytes(store.blob(digest), size)) {
        return null;
      }
      PresenceMap map = null;
      if (hasBytes(store.partialBlob(digest), size)) {
        map = PresenceMap.open(store.partialMap(digest), size);
      }
      if (map == null) {
        map = create(store, digest, size);
      }
      map.gate().unseal(); // who seals it holds the lock until it has its new name
      PartialBlob blob = null;
      try {
        SteadyFile file = SteadyFile.open(store.partialBlob(digest), store.blob(digest));
        blob = new PartialBlob(store, digest, size, file, map);
        return blob;
      } finally {
        if (blob == null) {
          map.close();
        }
      }
    }
  }

  static boolean hasBytes(Path file, long size) throws IOException {
    return Files.isRegularFile(file) && Files.size(file) == size;
  }

  private static PresenceMap create(Store store, Digest digest, long size) throws IOException {
    Files.deleteIfExists(store.partialMap(digest));
    try (PendingFile blob = store.create(store.partialBlob(digest))) {
      if (size > 0) {
        blob.channel().position(size - 1);
        blob.write(ByteBuffer.allocate(1));
      }
      blob.publish();
    }
    try (PendingFile bits = store.create(store.partialMap(digest))) {
      bits.write(PresenceMap.empty(size));
      bits.publish();
    }
    PresenceMap map = PresenceMap.open(store.partialMap(digest), size);
    if (map == null) {
      throw new OcifsException(
              OcifsException.Kind.STORE, store.partialMap(digest) + " is not what was written")
          .hint("run ocifs fsck");
    }
    return map;
  }

  /** Held by who makes the two files, renames or removes them. */
  static BuildLock lock(Store store, Digest digest) throws IOException {
    return store.lock("partial-" + Store.fileName(digest));
  }

  PresenceMap map() {
    return map;
  }

  SteadyFile file() {
    return file;
  }

  long size() {
    return size;
  }

  /** How many bytes the units in {@code [from, to)} have. */
  long bytes(int from, int to) {
    return Math.min(size, (long) to * UNIT) - (long) from * UNIT;
  }

  long presentBytes() {
    int units = map.units();
    long bytes = (long) map.count() * UNIT;
    return units > 0 && map.has(units - 1) ? bytes - UNIT + bytes(units - 1, units) : bytes;
  }

  boolean isWhole() {
    return map.firstMissing(0, map.units()) == map.units();
  }

  /** Fills {@code dst} from what the file has at a place, be it here or not. */
  void read(long pos, byte[] dst, int off, int len) throws IOException {
    file.read(pos, dst, off, len);
  }

  /**
   * Keeps the bytes of a unit. One that is here already is left alone: whoever verifies the whole
   * blob may have read it.
   *
   * @throws OcifsException {@code STORE} when the disk is full or not writable
   */
  void put(int unit, byte[] bytes) throws IOException {
    if (!map.gate().enter()) {
      return;
    }
    try {
      if (!map.has(unit)) {
        write(unit, bytes);
        synchronized (own) {
          own.set(unit);
        }
        if (map.set(unit)) {
          boolean ignored = map.gate().change(); // somebody may have read what another had written
        }
      }
    } finally {
      map.gate().leave();
    }
  }

  private void write(int unit, byte[] bytes) throws IOException {
    try {
      file.write((long) unit * UNIT, bytes, (int) bytes(unit, unit + 1));
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw new OcifsException(
              OcifsException.Kind.STORE,
              "store: cannot write " + store.partialBlob(digest) + ": " + e.getMessage(),
              e)
          .hint("free space there, or give another place with --root");
    }
  }

  /** Forgets a unit whose bytes are wrong. */
  void drop(int unit) {
    if (map.gate().change()) {
      map.clear(unit);
    }
  }

  /** Forgets the units that this process did not write; returns whether there were any. */
  boolean dropForeign() {
    boolean any = false;
    synchronized (own) {
      for (int unit = own.nextClearBit(0); unit < map.units(); unit = own.nextClearBit(unit + 1)) {
        if (map.has(unit)) {
          drop(unit);
          any = true;
        }
      }
    }
    return any;
  }

  /** Forgets all units. */
  void dropAll() {
    synchronized (own) {
      own.clear();
    }
    for (int unit = 0; unit < map.units(); unit++) {
      drop(unit);
    }
  }

  /** Fails reads and writes from now on; the map stays until {@link #close}. */
  void closeFile() throws IOException {
    file.close();
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      map.close();
    }
  }
}
