package dev.ocifs.layerfs;

import dev.ocifs.oci.Limits;

/**
 * How a {@link LayerFs} works.
 *
 * @param limits what images may ask for
 * @param strict whether an entry that breaks a rule is an error
 * @param cacheBytes bytes of decompressed content to keep in memory
 * @param parallelism how many layers are indexed at once
 */
public record LayerFsOptions(Limits limits, boolean strict, long cacheBytes, int parallelism) {
  private static final long DEFAULT_CACHE_BYTES = 48L << 20;

  /** The defaults: lenient, a cache of 48 MiB, as many layers at once as there are processors. */
  public static LayerFsOptions defaults() {
    return new LayerFsOptions(
        Limits.DEFAULT, false, DEFAULT_CACHE_BYTES, Runtime.getRuntime().availableProcessors());
  }

  /** For a machine that serves many mounts: a cache of 128 MiB. */
  public static LayerFsOptions production() {
    return defaults().withCacheBytes(128L << 20);
  }

  /** For a machine where other work matters more: a cache of 16 MiB, one layer at a time. */
  public static LayerFsOptions development() {
    return new LayerFsOptions(Limits.DEFAULT, false, 16L << 20, 1);
  }

  public LayerFsOptions withLimits(Limits newLimits) {
    return new LayerFsOptions(newLimits, strict, cacheBytes, parallelism);
  }

  public LayerFsOptions withStrict(boolean newStrict) {
    return new LayerFsOptions(limits, newStrict, cacheBytes, parallelism);
  }

  public LayerFsOptions withCacheBytes(long newCacheBytes) {
    return new LayerFsOptions(limits, strict, newCacheBytes, parallelism);
  }
}
