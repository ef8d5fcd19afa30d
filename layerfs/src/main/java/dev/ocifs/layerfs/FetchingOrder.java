package dev.ocifs.layerfs;

import java.util.List;

/**
 * What of an image is fetched from its registry though nobody reads it yet. Immutable.
 *
 * @param readBefore first what earlier mounts have read first
 * @param first then the content of these files, by their paths in the image
 * @param all then all that is missing, so that the registry is not needed any more
 */
@SuppressWarnings("ArrayRecordComponent") // paths are bytes; never compared
public record FetchingOrder(boolean readBefore, List<byte[]> first, boolean all) {
  /** What was read before, then all. */
  public static final FetchingOrder AUTO = new FetchingOrder(true, List.of(), true);

  /** All, in the order of the layers. */
  public static final FetchingOrder ALL = new FetchingOrder(false, List.of(), true);

  /** Nothing. */
  public static final FetchingOrder NONE = new FetchingOrder(false, List.of(), false);

  /** These files, then all. */
  public static FetchingOrder files(List<byte[]> paths) {
    return new FetchingOrder(false, List.copyOf(paths), true);
  }
}
