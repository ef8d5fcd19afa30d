package dev.ocifs.layerfs;

import dev.ocifs.layerfs.files.DiskSync;
import dev.ocifs.layerfs.files.FileStats;
import dev.ocifs.layerfs.files.FileStore;
import dev.ocifs.oci.store.Store;
import org.jspecify.annotations.Nullable;

/** The whole files of a store, which are looked at when somebody asks for them. Thread-safe. */
final class FileTier {
  private final Store store;
  private final long maxBytes;
  private volatile @Nullable FileStore opened;

  FileTier(Store store, long maxBytes) {
    this.store = store;
    this.maxBytes = maxBytes;
  }

  synchronized FileStore open(DiskSync disk) {
    FileStore files = opened;
    if (files == null) {
      files = FileStore.open(store, maxBytes, disk);
      opened = files;
    }
    return files;
  }

  FileStats stats() {
    FileStore files = opened;
    return files == null ? FileStats.NONE : files.stats();
  }
}
