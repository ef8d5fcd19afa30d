package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException.Kind;
import java.util.List;

/**
 * The exit codes of the command. Part of its interface: docs/operations.md and {@code --help} list
 * them, and none changes its meaning.
 */
final class ExitCode {
  static final int OK = 0;

  /** A fault of ocifs itself. */
  static final int INTERNAL = 1;

  /**
   * {@code verify} found errors, {@code fsck} problems that it did not mend, or {@code bench
   * --check} a target that was missed.
   */
  static final int FINDINGS = 11;

  /** The launcher found no JDK, or the build failed; the launcher alone exits with it. */
  static final int NOT_BUILT = 12;

  /** Whoever read the output has gone; as a process that SIGPIPE ended. */
  static final int BROKEN_PIPE = 128 + 13;

  private ExitCode() {}

  static int of(Kind kind) {
    return switch (kind) {
      case USAGE -> 2;
      case NOT_FOUND -> 3;
      case INVALID_IMAGE -> 4;
      case MISMATCH -> 5;
      case UNSUPPORTED -> 6;
      case LIMIT -> 7;
      case STORE -> 8;
      case MOUNT -> 9;
      case IO -> 10;
      case DENIED -> 14;
      case REMOTE -> 15;
    };
  }

  /** The list that {@code --help} ends with: in the form {@code code:meaning}. */
  static List<String> table() {
    return List.of(
        OK + ":done",
        INTERNAL + ":a fault of ocifs itself",
        of(Kind.USAGE) + ":the command line makes no sense",
        of(Kind.NOT_FOUND) + ":no such image, platform, file or directory",
        of(Kind.INVALID_IMAGE) + ":the image breaks a rule of its format",
        of(Kind.MISMATCH) + ":content differs from its digest or size",
        of(Kind.UNSUPPORTED) + ":the image needs something that ocifs does not do",
        of(Kind.LIMIT) + ":a limit was reached (--max-...)",
        of(Kind.STORE) + ":the store is damaged, full or not writable",
        of(Kind.MOUNT) + ":the directory or the machine does not allow the mount",
        of(Kind.IO) + ":reading or writing a file failed",
        FINDINGS + ":verify or fsck found errors; bench --check missed a target",
        NOT_BUILT + ":no JDK, or the build failed",
        of(Kind.DENIED) + ":a registry wants other credentials",
        of(Kind.REMOTE) + ":a registry cannot be reached, or answers wrongly");
  }
}
