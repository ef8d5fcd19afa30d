package dev.ocifs.layerfs;

/**
 * What a view shows, and how much of it the kernel can read by itself, from files of their own.
 *
 * @param layers of the image
 * @param files regular files that have content, hard links counted once
 * @param bytes their content
 * @param nativeFiles those of them that lie in a file of their own by now
 * @param nativeBytes their content
 * @param hydration what the background does
 * @param reason why it ended early or failed; empty else
 */
public record ViewStatus(
    int layers,
    long files,
    long bytes,
    long nativeFiles,
    long nativeBytes,
    Hydration hydration,
    String reason) {

  /** What makes files of their own in the background. */
  public enum Hydration {
    /** Nobody asked for it, or the backend has no use of it. */
    OFF,
    /** It makes files of what is read. */
    ON_READ,
    /** It makes files of all. */
    RUNNING,
    /** It has made all that there is room for; it goes on with what is read. */
    DONE,
    /** It makes no more. */
    FAILED
  }
}
