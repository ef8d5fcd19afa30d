package dev.ocifs.tests.leaks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.OpenResult;
import dev.ocifs.layerfs.Review;
import dev.ocifs.layerfs.catalog.Catalog;
import dev.ocifs.layerfs.catalog.CatalogOptions;
import dev.ocifs.layerfs.metrics.MetricsServer;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The public operations. Loaded with the woven classes, and by no other name known to the rest. */
public final class Operations implements Supplier<Map<String, Operation.Maker>> {
  private static final String LAYOUT = "layout";

  /** What is called back may fail, too. */
  static final IndexListener LISTENER =
      new IndexListener() {
        @Override
        public void started(String image, long bytes) {
          Steps.called("started");
        }

        @Override
        public void progressed(long bytes) {
          Steps.called("progressed");
        }

        @Override
        public void finished() {
          Steps.called("finished");
        }
      };

  /** An operation of a library over a store. */
  interface Work {
    void on(LayerFs library, Store store) throws Exception;
  }

  /** The operation that does this. */
  private record Working(LayerFs library, Store store, Work work) implements Operation {
    @Override
    public void run() throws Exception {
      work.on(library, store);
    }

    @Override
    public int held() {
      return library.metadataCache().pinned() + library.decoderPool().inUse();
    }

    @Override
    public void close() {
      library.close();
    }
  }

  /** By name. */
  @Override
  public Map<String, Operation.Maker> get() {
    Map<String, Operation.Maker> all = new LinkedHashMap<>();
    for (String kind : List.of(LAYOUT, "oci.tar", "docker.tar", "wrapped.tar.gz")) {
      all.put(
          "open " + kind,
          cold(images -> (library, store) -> open(images, kind, library, store).close()));
      all.put(
          "list " + kind,
          cold(
              images ->
                  (library, store) ->
                      Images.list(name(images, kind), OpenOptions.defaults(store))));
    }
    all.put("open a store", cold(images -> (library, store) -> Store.open(store.root())));
    all.put("view, indexing", cold(Operations::reading));
    all.put("view, strictly", strict(cold(Operations::reading)));
    all.put("view", warm(Operations::reading));
    all.put("prefetch", warm(Operations::prefetching));
    all.put("open several", cold(Operations::opening));
    all.put("verify", cold(Operations::verifying));
    all.put("verify again", warm(Operations::verifying));
    all.put("catalog", cold(images -> Operations::cataloguing));
    all.put("server", cold(images -> ServerOperations::serving));
    all.put("server, clients cut off", cold(images -> ServerOperations::cuttingOff));
    all.put("metrics server", cold(images -> Operations::servingMetrics));
    all.put("index, keeping layers", keeping(cold(Operations::opening)));
    all.put("view, keeping layers", keeping(cold(Operations::reading)));
    all.put("view of kept layers", kept(Operations::reading));
    all.put("fsck", warm(images -> CheckOperations::checking));
    all.put("fsck, repairing", warm(images -> CheckOperations::repairing));
    all.put("pull", cold(RemoteOperations::pulling));
    all.put("lazy view", lazy(RemoteOperations::reading));
    all.put("mount", warm(MountOperations::mounting));
    all.put("mount all, or none", warm(images -> MountOperations.mountingAll(images, true)));
    all.put("mount all, going on", warm(images -> MountOperations.mountingAll(images, false)));
    all.put("mount by kernel, read", warm(images -> MountOperations.reading(images, "kernel")));
    all.put("mount of kept layers", kept(images -> MountOperations.reading(images, "kernel")));
    all.put("mount by erofs, read", kept(images -> MountOperations.reading(images, "erofs")));
    all.put("mount through a server", warm(ServerOperations::mounting));
    return all;
  }

  /** Work on the images of a folder. */
  interface Task {
    Work on(Path images);
  }

  private static Operation.Maker cold(Task task) {
    return (images, folder) -> {
      Store store = Store.open(folder);
      return new Working(LayerFs.open(store, options()), store, task.on(images));
    };
  }

  /** With all indexed and read once, by a library that is gone. */
  private static Operation.Maker warm(Task task) {
    return warm(task, options());
  }

  /** Warm, with a copy of each layer in the store. */
  private static Operation.Maker kept(Task task) {
    return warm(task, options().withKeepLayers(true));
  }

  private static Operation.Maker warm(Task task, LayerFsOptions options) {
    return (images, folder) -> {
      Store store = Store.open(folder);
      try (LayerFs earlier = LayerFs.open(store, options)) {
        reading(images).on(earlier, store);
      }
      return new Working(LayerFs.open(store, options), store, task.on(images));
    };
  }

  /** With the indices of an image in a registry, and none of its layers. */
  private static Operation.Maker lazy(Task task) {
    return (images, folder) -> {
      Store store = Store.open(folder);
      try (LayerFs earlier = LayerFs.open(store, options())) {
        RemoteOperations.index(images, earlier, store);
      }
      return new Working(LayerFs.open(store, options()), store, task.on(images));
    };
  }

  private static Operation.Maker strict(Operation.Maker maker) {
    return with(options().withStrict(true), maker);
  }

  private static Operation.Maker keeping(Operation.Maker maker) {
    return with(options().withKeepLayers(true), maker);
  }

  private static Operation.Maker with(LayerFsOptions options, Operation.Maker maker) {
    return (images, folder) -> {
      Working made = (Working) maker.in(images, folder);
      return new Working(made.library.with(options), made.store, made.work);
    };
  }

  private static LayerFsOptions options() {
    return LayerFsOptions.defaults().withCacheBytes(1 << 20);
  }

  private static String name(Path images, String kind) {
    return (kind.equals(LAYOUT)
            ? "oci:"
            : kind.startsWith("docker") ? "docker-archive:" : "oci-archive:")
        + images.resolve(kind);
  }

  private static Image open(Path images, String kind, LayerFs library, Store store)
      throws IOException {
    return library.image(name(images, kind), OpenOptions.defaults(store));
  }

  /** A view of the image of two layers. */
  static ImageView view(Path images, LayerFs library, Store store) throws IOException {
    return library.view(open(images, LAYOUT, library, store), LISTENER);
  }

  private static Work reading(Path images) {
    return (library, store) -> {
      try (ImageView view = view(images, library, store)) {
        readAll(view);
      }
    };
  }

  private static Work prefetching(Path images) {
    return (library, store) -> {
      try (ImageView view = view(images, library, store)) {
        library.prefetch(view);
        view.read(firstFile(view), 0, MemorySegment.ofArray(new byte[1]));
      }
    };
  }

  /** Writes, reads and closes a catalog. */
  private static void cataloguing(LayerFs library, Store store) throws IOException {
    Path file = store.root().resolveSibling("catalog.db");
    try (Catalog catalog = new Catalog(file, CatalogOptions.defaults())) {
      Digest digest = Digest.sha256(new byte[32]);
      catalog.recordImage("test", digest, List.of(digest));
      if (catalog.listImages().isEmpty()) {
        throw new IOException("not written");
      }
    }
  }

  /** Has figures asked for. */
  private static void servingMetrics(LayerFs library, Store store) throws IOException {
    try (MetricsServer server = MetricsServer.start(MetricsServer.parse("0"), library.metrics());
        Socket client = new Socket(server.address().getAddress(), server.address().getPort())) {
      client.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
      if (!answer.contains("ocifs_cache_hits_total")) {
        throw new IOException("not answered: " + answer);
      }
    }
  }

  private static Work opening(Path images) {
    return (library, store) -> {
      List<String> names = List.of(name(images, LAYOUT), name(images, "docker.tar"));
      IOException failure = null;
      for (OpenResult opened : library.openAll(names, OpenOptions.defaults(store), LISTENER)) {
        if (opened.view().isPresent()) {
          opened.view().get().close();
        }
        failure = opened.failure().orElse(failure);
      }
      if (failure != null) {
        throw failure;
      }
    };
  }

  private static Work verifying(Path images) {
    return (library, store) -> {
      List<OcifsException> faults = new ArrayList<>();
      Review review =
          new Review() {
            @Override
            public void found(Finding finding) {
              Steps.called("found");
            }

            @Override
            public void failed(OcifsException fault) {
              faults.add(fault);
            }
          };
      try (Image image = open(images, LAYOUT, library, store)) {
        library.verify(image, LISTENER, review);
      }
      if (!faults.isEmpty()) {
        throw faults.get(0);
      }
    };
  }

  /** Every call of a view, on every inode of the tree. */
  static void readAll(ImageView view) throws IOException {
    Attributes attributes = new Attributes();
    byte[] buffer = new byte[100_000];
    Deque<Long> directories = new ArrayDeque<>(List.of(ImageView.ROOT));
    while (!directories.isEmpty()) {
      long directory = directories.pop();
      view.list(
          directory,
          0,
          (name, length, inode, type, next) -> {
            Steps.called("entry");
            try {
              if (view.lookup(directory, Arrays.copyOf(name, length)) != inode) {
                throw new AssertionError("listed as " + inode);
              }
              view.attributes(inode, attributes);
              for (byte[] attribute : view.xattrNames(inode)) {
                view.xattr(inode, attribute);
              }
              switch (type & 0170000) {
                case 0040000 -> directories.push(inode);
                case 0120000 -> view.readlink(inode);
                case 0100000 -> {
                  for (long at = 0, n = 1; n > 0; at += n) {
                    n = view.read(inode, at, MemorySegment.ofArray(buffer));
                  }
                }
                default -> {}
              }
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
            return true;
          });
    }
  }

  private static long firstFile(ImageView view) throws IOException {
    long[] found = new long[1];
    view.list(
        ImageView.ROOT,
        0,
        (name, length, inode, type, next) -> {
          found[0] = inode;
          return type != 0100000;
        });
    return found[0];
  }
}
