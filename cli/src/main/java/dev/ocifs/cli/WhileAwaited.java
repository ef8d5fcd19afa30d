package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Passes on how indexing gets on, and ends it by a {@link CancellationException} when nobody waits
 * for it any more.
 */
record WhileAwaited(IndexListener next, BooleanSupplier gone) implements IndexListener {

  @Override
  public void started(String image, long blobBytes) {
    next.started(image, blobBytes);
  }

  @Override
  public void progressed(long blobBytes) {
    if (gone.getAsBoolean()) {
      throw new CancellationException("nobody waits for it any more");
    }
    next.progressed(blobBytes);
  }

  @Override
  public void finished() {
    next.finished();
  }
}
