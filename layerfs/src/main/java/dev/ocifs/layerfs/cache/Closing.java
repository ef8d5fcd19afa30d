package dev.ocifs.layerfs.cache;

import java.lang.System.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Closes values that a {@link MetadataCache} gave up: always outside its lock, for closing may take
 * long and may ask the cache. What fails is logged, and keeps no other value open.
 */
final class Closing {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs.cache");

  private Closing() {}

  /** Closes the values of entries that have left the cache, chained by {@link Entry#next}. */
  static void closeAll(@Nullable Entry first) {
    for (Entry entry = first; entry != null; entry = entry.next) {
      if (entry.value != null) {
        close(entry.key, entry.value);
      }
    }
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // kept: the flag is set again
  static void close(MetadataKey<?> key, Object value) {
    if (value instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception | Error e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        LOG.log(Logger.Level.WARNING, "cannot close " + key, e);
      }
    }
  }
}
