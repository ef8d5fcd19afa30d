package dev.ocifs.layerfs;

import dev.ocifs.layerfs.files.DiskSync;

/**
 * How to make files of their own of an image's content.
 *
 * @param all whether of all content, or of what is read only
 * @param disk how to make sure that they are safe on disk; the first one that a library is given
 *     counts
 */
public record HydrationOptions(boolean all, DiskSync disk) {
  /** Of all content, safe on any system. */
  public static HydrationOptions everything() {
    return new HydrationOptions(true, DiskSync.EACH);
  }

  public HydrationOptions withAll(boolean newAll) {
    return new HydrationOptions(newAll, disk);
  }

  public HydrationOptions withDisk(DiskSync newDisk) {
    return new HydrationOptions(all, newDisk);
  }
}
