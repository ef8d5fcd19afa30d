package dev.ocifs.layerfs.check;

import dev.ocifs.oci.Printable;
import java.nio.file.Path;

/**
 * Something in a store that is not as it should be.
 *
 * @param file where
 * @param what what is wrong, one line
 * @param state what became of it
 * @param next what was done, or what to do next
 */
public record Problem(Path file, String what, State state, String next) {

  /** What became of a problem. */
  public enum State {
    /** A repair would mend it; none was asked for. */
    REPAIRABLE,
    /** It is mended. */
    REPAIRED,
    /** Nothing that ocifs may do would mend it. */
    LEFT
  }

  /** One line, safe for a terminal. */
  @Override
  public String toString() {
    return Printable.escape(file + ": " + what + "; " + next);
  }
}
