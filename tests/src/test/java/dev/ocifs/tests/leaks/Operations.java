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
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountResult;
import dev.ocifs.mount.Mounter;
import dev.ocifs.mount.server.MountServer;
import dev.ocifs.mount.server.ServerClient;
import dev.ocifs.mount.server.ServerReply;
import dev.ocifs.mount.server.ServerRequest;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The public operations. Loaded with the woven classes, and by no other name known to the rest. */
public final class Operations implements Supplier<Map<String, Operation.Maker>> {
  private static final String LAYOUT = "layout";

  /** What is called back may fail, too. */
  private static final IndexListener LISTENER =
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
  private interface Work {
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
    all.put("server", cold(images -> Operations::serving));
    all.put("metrics server", cold(images -> Operations::servingMetrics));
    if (Files.isWritable(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"))) {
      all.put("mount", warm(Operations::mounting));
      all.put("mount all, or none", warm(images -> mountingAll(images, true)));
      all.put("mount all, going on", warm(images -> mountingAll(images, false)));
    }
    return all;
  }

  /** Work on the images of a folder. */
  private interface Task {
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
    return (images, folder) -> {
      Store store = Store.open(folder);
      try (LayerFs earlier = LayerFs.open(store, options())) {
        reading(images).on(earlier, store);
      }
      return new Working(LayerFs.open(store, options()), store, task.on(images));
    };
  }

  private static Operation.Maker strict(Operation.Maker maker) {
    return (images, folder) -> {
      Working made = (Working) maker.in(images, folder);
      return new Working(made.library.with(options().withStrict(true)), made.store, made.work);
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

  private static Work reading(Path images) {
    return (library, store) -> {
      try (ImageView view = library.view(open(images, LAYOUT, library, store), LISTENER)) {
        readAll(view);
      }
    };
  }

  private static Work prefetching(Path images) {
    return (library, store) -> {
      try (ImageView view = library.view(open(images, LAYOUT, library, store), LISTENER)) {
        library.prefetch(view);
        view.read(firstFile(view), 0, MemorySegment.ofArray(new byte[1]));
      }
    };
  }

  private static Work mounting(Path images) {
    return (library, store) -> {
      Path dir = Files.createDirectories(store.root().resolveSibling("mount"));
      // An error may end it with a mount on it: closing the mounter has to undo that.
      try (ImageView view = library.view(open(images, LAYOUT, library, store), LISTENER);
          Mounter mounter = new Mounter()) {
        mounter.mount(new MountRequest(view, dir, "test", MountOptions.defaults())).close();
      }
    };
  }

  private static Work mountingAll(Path images, boolean orNone) {
    return (library, store) -> {
      MountOptions options = MountOptions.defaults().withBackend(DeadMounts.NAME);
      List<MountRequest> requests = new ArrayList<>();
      List<MountResult> results;
      DeadMounts.offered = true;
      try (ImageView view = library.view(open(images, LAYOUT, library, store), LISTENER);
          Mounter mounter = new Mounter()) {
        for (int i = 0; i < 3; i++) {
          Path dir = Files.createDirectories(store.root().resolveSibling("mount" + i));
          requests.add(new MountRequest(view, dir, "test", options));
        }
        results = mounter.mountAll(requests, orNone);
        long mounted = results.stream().filter(result -> result.mount().isPresent()).count();
        if (orNone && mounted > 0 && mounted < requests.size()) {
          throw new AssertionError(mounted + " of all or none");
        }
      } finally {
        DeadMounts.offered = false;
      }
      for (MountResult result : results) {
        if (result.failure().isPresent()) {
          throw result.failure().get();
        }
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

  /** Has a server answer a client. */
  private static void serving(LayerFs library, Store store) throws Exception {
    Path socket = store.root().resolveSibling("socket");
    try (MountServer server = MountServer.open(socket, Operations::answer)) {
      ServerRequest request = new ServerRequest(store.root(), false, List.of("mount"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      OptionalInt code = ServerClient.call(socket, request, out, out);
      if (!server.closeUnless(() -> false) || code.orElse(-1) != 0) {
        throw new IOException("not answered: " + code);
      }
    }
  }

  private static int answer(ServerRequest request, ServerReply reply) {
    try {
      reply.out().write(request.arguments().size());
      return 0;
    } catch (IOException e) {
      return 1;
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
  private static void readAll(ImageView view) throws IOException {
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
