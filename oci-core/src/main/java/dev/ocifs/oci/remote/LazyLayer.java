package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.lazy.LazyBlobs;
import dev.ocifs.oci.source.PublishedIndex;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.source.RemoteState;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A layer that is fetched when it is read. It keeps its blob open, and counts, while it is open.
 */
final class LazyLayer implements RemoteLayer, Closeable {
  private final RegistryImage image;
  private final LazyBlobs.Opened blob;
  private final PublishedIndexes indexes;
  private final Descriptor layer;

  LazyLayer(
      RegistryImage image, LazyBlobs.Opened blob, PublishedIndexes indexes, Descriptor layer) {
    this.image = image;
    this.blob = blob;
    this.indexes = indexes;
    this.layer = layer;
  }

  @Override
  public boolean takesPublishedIndex() {
    return image.options().publishedIndexes();
  }

  @Override
  public Optional<Digest> pinnedIndex() {
    return image.options().pinnedIndex();
  }

  @Override
  public Optional<PublishedIndex> publishedIndex() throws IOException {
    return indexes.open(layer.digest());
  }

  @Override
  public RemoteState state() {
    return blob.blob().state();
  }

  @Override
  public void complete(LongConsumer progress) throws IOException {
    blob.blob().complete(progress);
    image.completed();
  }

  @Override
  public void close() throws IOException {
    blob.close();
  }
}
