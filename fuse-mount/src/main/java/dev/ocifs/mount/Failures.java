package dev.ocifs.mount;

import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What goes wrong while a mount is served: each failure becomes an error number, and is logged the
 * first time that it says what it says. A program that reads a damaged file over and over must not
 * fill the log. Thread-safe.
 */
public final class Failures {
  private static final System.Logger LOG = System.getLogger("dev.ocifs.mount");

  /** Distinct messages that are logged for one mount; messages can hold names out of images. */
  private static final int MAX_LOGGED = 1000;

  private final String image;
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  public Failures(String image) {
    this.image = image;
  }

  /** The error number that answers a request that failed so; throws nothing. */
  public int errno(Throwable failure) {
    try {
      String what =
          failure instanceof IOException && failure.getMessage() != null
              ? failure.getMessage()
              : failure.toString();
      if (logged.size() < MAX_LOGGED && logged.add(what)) {
        String line = "mount of " + image + ": " + what;
        if (failure instanceof IOException) {
          LOG.log(System.Logger.Level.ERROR, Printable.escape(line));
        } else {
          LOG.log(System.Logger.Level.ERROR, Printable.escape(line), failure);
        }
      }
    } catch (RuntimeException | Error e) {
      // The program that waits for its answer matters more than the log.
    }
    return Errno.of(failure);
  }
}
