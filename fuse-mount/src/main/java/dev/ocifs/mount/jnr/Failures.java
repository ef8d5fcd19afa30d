package dev.ocifs.mount.jnr;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns failures of one mount into error numbers and logs each distinct one once: a program that
 * retries a damaged file must not fill the disk with log lines.
 */
final class Failures {
  private static final Logger LOG = System.getLogger(Failures.class.getName());
  private static final int MOST = 1000;

  private final String image;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  Failures(String image) {
    this.image = image;
  }

  /** The negative error number that a FUSE operation returns for this failure. */
  int answer(String operation, Throwable failure) {
    try {
      if (seen.size() < MOST && seen.add(failure.getClass().getName() + failure.getMessage())) {
        String line = operation + " failed in the mount of " + image + ": " + failure.getMessage();
        LOG.log(Level.ERROR, line, failure);
      }
    } catch (RuntimeException | Error loggerFailed) {
      // The program that waits for an answer matters more than the log line.
    }
    return -Errno.of(failure);
  }
}
