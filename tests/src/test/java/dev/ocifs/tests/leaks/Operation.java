package dev.ocifs.tests.leaks;

import java.io.Closeable;
import java.nio.file.Path;

/**
 * A public operation, as often as it is run: made by {@link Operations}, whose classes are the
 * woven ones, for the harness, whose classes are not. Closing gives up what the runs may share.
 */
public interface Operation extends Closeable {

  /** Does it and closes what it gives; with no step failing, it succeeds. */
  void run() throws Exception;

  /** Leases and decoders that somebody holds. */
  int held();

  /** Makes one operation. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes ready for a first run.
     *
     * @param images where the images lie
     * @param store an empty folder
     */
    Operation in(Path images, Path store) throws Exception;
  }
}
