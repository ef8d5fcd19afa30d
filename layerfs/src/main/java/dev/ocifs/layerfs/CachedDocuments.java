package dev.ocifs.layerfs;

import dev.ocifs.layerfs.cache.Lease;
import dev.ocifs.layerfs.cache.MetadataCache;
import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.DocumentCache;
import java.io.IOException;

/**
 * Indexes, manifests and configurations of images among the indices and trees of the process. Those
 * of an image are in use as long as it is open. They weigh what they are long: what the parser
 * makes of them is of that order.
 */
record CachedDocuments(MetadataCache cache) implements DocumentCache {

  @Override
  public <D> Use<D> get(Class<D> type, Digest digest, long bytes, Loader<D> loader)
      throws IOException {
    return new Leased<>(
        cache.get(new MetadataKey<>(type, digest), loader::load, document -> bytes));
  }

  private record Leased<D>(Lease<D> lease) implements Use<D> {
    @Override
    public D document() {
      return lease.value();
    }

    @Override
    public void close() {
      lease.close();
    }
  }
}
