package dev.ocifs.layerfs.batch;

import java.io.IOException;
import java.util.List;

/**
 * Takes batches, one at a time.
 *
 * @param <T> the items
 */
@FunctionalInterface
public interface BatchSink<T> {

  /**
   * Takes all items or, when it throws, none: parts of a batch that failed are handed over again.
   *
   * @param batch not empty, not to be changed, most urgent first and else in the order of
   *     submission
   */
  void accept(List<T> batch) throws IOException;
}
