package dev.ocifs.oci.source;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.store.Store;

/**
 * How images are found.
 *
 * @param platform which of several images to take
 * @param store where archives that are compressed as a whole are unwrapped
 */
public record OpenOptions(Platform platform, Limits limits, Store store) {

  /** For this machine, with the default limits. */
  public static OpenOptions defaults(Store store) {
    return new OpenOptions(Platform.host(), Limits.defaults(), store);
  }

  public OpenOptions withPlatform(Platform newPlatform) {
    return new OpenOptions(newPlatform, limits, store);
  }

  public OpenOptions withLimits(Limits newLimits) {
    return new OpenOptions(platform, newLimits, store);
  }
}
