package dev.ocifs.layerfs.view;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The content of an image's files as files of their own, each whole and uncompressed: for whoever
 * lets the kernel read one in place of a file of the image. They are made in the background, so
 * that a file may be there at one time and not at another. Thread-safe; belongs to the view that
 * gave it, and ends with it.
 */
public interface WholeFiles {

  /** Says that files will be asked for, which begins what makes them in the background. */
  void begin();

  /**
   * The file that holds the content of a regular file and nothing else. It never changes. Its name
   * may go at any time: whoever has it open keeps the content.
   *
   * @return null when there is none now, or the content is read as fast without
   */
  @Nullable Path find(long inode);

  /** Says that all of a regular file was read, so that a file of its own is likely to pay. */
  void wasRead(long inode);
}
