package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.oci.Limits;

/**
 * How a {@link LayerFs} works.
 *
 * @param limits what images may ask for
 * @param strict whether an entry that breaks a rule is an error
 * @param chunks decompressed content to keep in memory; its longest entry holds on disk, too
 * @param objectBytes bytes of decoded spans to keep on disk, in the store; 0 for none
 * @param parallelism how many layers are indexed at once
 * @param keepLayers whether layers that are compressed, or lie in an archive, are kept uncompressed
 *     in the store: the kernel can read those by itself
 * @param keptBytes what uncompressed layers may take on disk: opening an image removes those that
 *     nobody uses, the one unused for longest first, until they fit
 */
public record LayerFsOptions(
    Limits limits,
    boolean strict,
    ChunkBounds chunks,
    long objectBytes,
    int parallelism,
    boolean keepLayers,
    long keptBytes) {
  private static final long DEFAULT_CACHE_BYTES = 48L << 20;

  /**
   * The defaults: lenient, a cache of 48 MiB, nothing on disk, as many layers at once as there are
   * processors.
   */
  public static LayerFsOptions defaults() {
    return new LayerFsOptions(
        Limits.DEFAULT,
        false,
        ChunkBounds.of(DEFAULT_CACHE_BYTES),
        0,
        Runtime.getRuntime().availableProcessors(),
        false,
        Long.MAX_VALUE);
  }

  /** For a machine that serves many mounts: a cache of 128 MiB. */
  public static LayerFsOptions production() {
    return defaults().withCacheBytes(128L << 20);
  }

  /** For a machine where other work matters more: a cache of 16 MiB, one layer at a time. */
  public static LayerFsOptions development() {
    return new LayerFsOptions(
        Limits.DEFAULT, false, ChunkBounds.of(16L << 20), 0, 1, false, Long.MAX_VALUE);
  }

  public LayerFsOptions withLimits(Limits newLimits) {
    return new LayerFsOptions(
        newLimits, strict, chunks, objectBytes, parallelism, keepLayers, keptBytes);
  }

  public LayerFsOptions withStrict(boolean newStrict) {
    return new LayerFsOptions(
        limits, newStrict, chunks, objectBytes, parallelism, keepLayers, keptBytes);
  }

  public LayerFsOptions withChunks(ChunkBounds newChunks) {
    return new LayerFsOptions(
        limits, strict, newChunks, objectBytes, parallelism, keepLayers, keptBytes);
  }

  public LayerFsOptions withCacheBytes(long newCacheBytes) {
    return withChunks(chunks.withBytes(newCacheBytes));
  }

  public LayerFsOptions withObjectBytes(long newObjectBytes) {
    return new LayerFsOptions(
        limits, strict, chunks, newObjectBytes, parallelism, keepLayers, keptBytes);
  }

  public LayerFsOptions withKeepLayers(boolean newKeepLayers) {
    return new LayerFsOptions(
        limits, strict, chunks, objectBytes, parallelism, newKeepLayers, keptBytes);
  }

  public LayerFsOptions withKeptBytes(long newKeptBytes) {
    return new LayerFsOptions(
        limits, strict, chunks, objectBytes, parallelism, keepLayers, newKeptBytes);
  }
}
