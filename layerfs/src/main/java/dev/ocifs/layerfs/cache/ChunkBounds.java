package dev.ocifs.layerfs.cache;

import java.time.Duration;

/**
 * What a {@link ChunkCache} may hold, and for how long.
 *
 * @param bytes all chunks together; at least 0
 * @param entryBytes the longest chunk that is kept; at least 1
 * @param idle how long a chunk is kept that nobody reads; zero for as long as there is room
 */
public record ChunkBounds(long bytes, int entryBytes, Duration idle) {
  /** The longest chunk when nothing else is said: many times the usual one. */
  public static final int DEFAULT_ENTRY_BYTES = 16 << 20;

  public ChunkBounds {
    if (bytes < 0 || entryBytes < 1 || idle.isNegative()) {
      throw new IllegalArgumentException("no bounds: " + bytes + ", " + entryBytes + ", " + idle);
    }
  }

  /** So many bytes, of chunks of the usual lengths, for as long as there is room. */
  public static ChunkBounds of(long bytes) {
    return new ChunkBounds(bytes, DEFAULT_ENTRY_BYTES, Duration.ZERO);
  }

  public ChunkBounds withBytes(long newBytes) {
    return new ChunkBounds(newBytes, entryBytes, idle);
  }

  public ChunkBounds withEntryBytes(int newEntryBytes) {
    return new ChunkBounds(bytes, newEntryBytes, idle);
  }

  public ChunkBounds withIdle(Duration newIdle) {
    return new ChunkBounds(bytes, entryBytes, newIdle);
  }
}
