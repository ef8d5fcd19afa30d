package dev.ocifs.layerfs;

import java.util.List;

/**
 * What a view shows, and how much of it the kernel can read by itself, from files of their own.
 *
 * @param layers of the image, base first
 * @param files regular files that have content, hard links counted once
 * @param bytes their content
 * @param nativeFiles those of them that lie in a file of their own by now
 * @param nativeBytes their content
 * @param hydration what the background does
 * @param reason why it ended early or failed; empty else
 */
public record ViewStatus(
    List<LayerStatus> layers,
    long files,
    long bytes,
    long nativeFiles,
    long nativeBytes,
    Hydration hydration,
    String reason) {

  public ViewStatus {
    layers = List.copyOf(layers);
  }

  /** The same with other layers. */
  public ViewStatus withLayers(List<LayerStatus> value) {
    return new ViewStatus(value, files, bytes, nativeFiles, nativeBytes, hydration, reason);
  }

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
