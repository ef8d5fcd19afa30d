package dev.ocifs.layerfs.objects;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which spans have a file, by last use, and what the files take together. Knows no disk.
 * Thread-safe.
 */
final class Shelf {
  private static final long BLOCK_BYTES = 4096;

  /** One file; equal to nothing but itself, so that it is not taken for its successor. */
  static final class Slot {
    final long bytes;
    private final int contentBytes;
    private long touched;

    private Slot(long bytes, int contentBytes, long touched) {
      this.bytes = bytes;
      this.contentBytes = contentBytes;
      this.touched = touched;
    }
  }

  private final long maxBytes;
  private final LinkedHashMap<SpanKey, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long contentBytes;
  private long evictions;

  /**
   * @param maxBytes what all files may take together
   */
  Shelf(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What a file of this size takes on disk: whole blocks. */
  static long onDisk(long size) {
    return (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
  }

  /** Whether a file of this size has room once others have gone. */
  boolean fits(long size) {
    return onDisk(size) <= maxBytes;
  }

  /** The file of this span, which is now the one used last. */
  synchronized @Nullable Slot find(SpanKey key) {
    return slots.get(key);
  }

  /** Whether the span has a file; does not count as a use. */
  synchronized boolean contains(SpanKey key) {
    return slots.containsKey(key);
  }

  /** Whether a use of the file was last noted on disk before {@code now - interval}; notes it. */
  synchronized boolean touch(Slot slot, long now, long interval) {
    if (now - slot.touched < interval) {
      return false;
    }
    slot.touched = now;
    return true;
  }

  /**
   * Adds a file as the one used last.
   *
   * @param now when its use was noted on disk, in milliseconds
   * @return those whose files must go to keep the bound, least recently used first
   */
  synchronized List<SpanKey> add(SpanKey key, long size, long now) {
    Slot slot = new Slot(onDisk(size), key.length(), now);
    Slot before = slots.put(key, slot);
    if (before != null) {
      subtract(before);
    }
    bytes += slot.bytes;
    contentBytes += slot.contentBytes;
    List<SpanKey> gone = new ArrayList<>();
    Iterator<Map.Entry<SpanKey, Slot>> oldest = slots.entrySet().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      Map.Entry<SpanKey, Slot> victim = oldest.next();
      oldest.remove();
      subtract(victim.getValue());
      evictions++;
      gone.add(victim.getKey());
    }
    return gone;
  }

  /** Forgets a file that is gone, unless another has taken its place. */
  synchronized void remove(SpanKey key, Slot slot) {
    if (slots.remove(key, slot)) {
      subtract(slot);
    }
  }

  private void subtract(Slot slot) {
    bytes -= slot.bytes;
    contentBytes -= slot.contentBytes;
  }

  /** What it holds, and its evictions; the other numbers are the caller's. */
  synchronized ObjectStats stats() {
    return new ObjectStats(
        0, 0, 0, 0, 0, 0, evictions, slots.size(), bytes, maxBytes, contentBytes);
  }
}
