package dev.ocifs.tests.bench;

import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * A gzip layer of one file, in an image in a folder of its own, and its index; closed by its user.
 */
public record IndexedLayer(
    Path folder, Store store, Image image, LayerIndexer indexer, LayerIndex index)
    implements Closeable {

  /** Writes and indexes a layer with this file. */
  public static IndexedLayer of(byte[] file) throws IOException {
    Path folder = Files.createTempDirectory("ocifs-bench");
    byte[] tar = TarWriter.tar(Entry.file("data", file));
    TestImage test = TestImage.of(TestLayer.of(LayerBytes.GZIP, tar));
    Path layout = new OciLayoutWriter().image("test", test).writeTo(folder.resolve("image"));
    Store store = Store.open(folder.resolve("store"));
    LayerIndexer indexer = new LayerIndexer(store, Limits.DEFAULT, new Semaphore(1), false);
    Image image = Images.open("oci:" + layout, OpenOptions.defaults(store));
    LayerIndex index = indexer.make(image.layers().get(0), read -> {});
    return new IndexedLayer(folder, store, image, indexer, index);
  }

  /** What reads of the layer go to; closed by the caller. */
  public BlobSource content() throws IOException {
    return indexer.keptLayers().content(image.layers().get(0), index.facts(), false);
  }

  @Override
  public void close() throws IOException {
    index.close();
    image.close();
    Folders.delete(folder);
  }
}
