package dev.ocifs.layerfs.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells of problems one by one, repairs them where that is asked for, and counts. Not thread-safe.
 */
public final class Problems {
  private final boolean repairs;
  private final Consumer<Problem> listener;
  private long files;
  private long repaired;
  private long left;

  /** Mends a problem. */
  @FunctionalInterface
  public interface Repair {
    void run() throws IOException;
  }

  /**
   * Problems nobody has found yet.
   *
   * @param repairs whether what can be made again is removed, and the rest of the repairs done
   * @param listener told of each problem, after its repair
   */
  public Problems(boolean repairs, Consumer<Problem> listener) {
    this.repairs = repairs;
    this.listener = listener;
  }

  /** What is done with a file that is looked at. */
  @FunctionalInterface
  public interface Look {
    void run() throws IOException;
  }

  /** Looks at one file, and goes on to the next when it cannot be read. */
  public void lookAt(Path file, Look look) {
    files++;
    try {
      look.run();
    } catch (NoSuchFileException e) {
      // Deleted by somebody else.
    } catch (IOException e) {
      left(file, "it cannot be read: " + e.getMessage(), "see whether the disk is sound");
    }
  }

  /**
   * Tells of a problem that can be mended.
   *
   * @param done what the repair does, in the past: "removed, it is made again when needed"
   */
  public void repairable(Path file, String what, String done, Repair repair) {
    if (!repairs) {
      left++;
      listener.accept(
          new Problem(file, what, Problem.State.REPAIRABLE, "ocifs fsck --repair mends that"));
      return;
    }
    try {
      repair.run();
      repaired++;
      listener.accept(new Problem(file, what, Problem.State.REPAIRED, done));
    } catch (IOException e) {
      left(file, what, "it could not be repaired: " + e.getMessage());
    }
  }

  /** Tells of a problem that is not ours to mend. */
  public void left(Path file, String what, String advice) {
    left++;
    listener.accept(new Problem(file, what, Problem.State.LEFT, advice));
  }

  /** Tells of a file that is damaged and can be made again, which the repair removes. */
  public void damaged(Path file, Optional<Object> identity, String what) {
    repairable(file, what, "removed, it is made again when needed", () -> remove(file, identity));
  }

  /** What tells a file from a later one of its name; empty when there is no file. */
  public static Optional<Object> identity(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Deletes the file that was looked at, and none that has come into its place since. */
  private static void remove(Path file, Optional<Object> identity) throws IOException {
    if (identity.isPresent() && identity(file).equals(identity)) {
      Files.deleteIfExists(file);
    }
  }

  /** How many files were looked at. */
  public long files() {
    return files;
  }

  /** How many problems were mended. */
  public long repaired() {
    return repaired;
  }

  /** How many problems there still are. */
  public long remaining() {
    return left;
  }
}
