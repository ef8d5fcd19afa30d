package dev.ocifs.layerfs.index;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Writes layer indices from entries, for tests of other packages. */
public final class IndexFixtures {
  private IndexFixtures() {}

  /** An index with these entries and no spans. */
  public static void write(Path path, List<LayerEntry> entries) throws IOException {
    Digest id = Digest.sha256(new byte[32]);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      LayerIndexWriter writer = new LayerIndexWriter(channel);
      for (LayerEntry entry : entries) {
        writer.add(entry);
      }
      writer.finish(new LayerFacts(id, id, Compression.NONE, 0, 0, entries.size(), false, false));
    }
  }
}
