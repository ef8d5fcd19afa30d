package dev.ocifs.cli;

import dev.ocifs.layerfs.FetchingOrder;
import dev.ocifs.layerfs.HydrationOptions;
import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.LayerFsOptions;
import dev.ocifs.layerfs.OpenResult;
import dev.ocifs.layerfs.ViewStatus;
import dev.ocifs.layerfs.metrics.FlightEvents;
import dev.ocifs.layerfs.metrics.MetricsServer;
import dev.ocifs.layerfs.metrics.MountPhaseEvent;
import dev.ocifs.layerfs.metrics.Operation;
import dev.ocifs.layerfs.metrics.ProcessMetrics;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Mount;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountResult;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What serves the mounts of one process: opens images, mounts them, notes the mounts, and undoes
 * all of that when they end. Thread-safe.
 */
final class MountService {
  private final Store store;
  private final Path log;
  private final LayerFs layers;
  private final Mounter mounter = new Mounter();
  private final Registries registries;
  private final MountRegistry registry;
  private final Map<Mount, MountRegistry.Record> noted = new ConcurrentHashMap<>();
  private final Map<Mount, ImageView> views = new ConcurrentHashMap<>();
  private final long started = System.nanoTime();
  private final boolean prefetches;
  private @Nullable MetricsServer metrics;

  /** An image and where to mount it. */
  record Target(String image, Path dir) {}

  /** How to open and mount the images of one command. */
  record Manner(
      OpenOptions open,
      LayerFsOptions layers,
      MountOptions mount,
      Optional<HydrationOptions> hydration,
      FetchingOrder fetching,
      boolean allOrNothing,
      boolean foreground) {}

  /**
   * @param log where the process logs to
   * @throws OcifsException when metrics cannot be served where the flags say
   */
  MountService(Store store, ServerFlags flags, Path log) throws IOException {
    this.store = store;
    this.log = log;
    layers = LayerFs.open(store, flags.options());
    registries = new Registries(() -> store, System::getenv);
    registry = new MountRegistry(store.mountsDir());
    layers.metrics().gauge("ocifs_mounts", "Directories served", this::mountCount);
    countFetches();
    // A mount that nobody reads should read nothing: decoding ahead has to be asked for.
    prefetches = flags.profile == ServerFlags.Profile.PRODUCTION;
    layers.tracker().setEnabled(flags.profile == ServerFlags.Profile.DEVELOPMENT);
    if (flags.metrics != null) {
      ProcessMetrics.register(layers.metrics());
      metrics = MetricsServer.start(MetricsServer.parse(flags.metrics), layers.metrics());
    }
    if (flags.poolMetricsEvery > 0) {
      logPool(flags.poolMetricsEvery);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::forgetAll, "ocifs-forget"));
    mounter.closeOnShutdown();
  }

  private void countFetches() {
    layers
        .metrics()
        .counter(
            "ocifs_registry_fetched_bytes_total",
            "Bytes of layers that came from registries",
            () -> registries.fetched().fetchedBytes());
    layers
        .metrics()
        .counter(
            "ocifs_registry_served_bytes_total",
            "Bytes read of layers that lie in registries",
            () -> registries.fetched().servedBytes());
    layers
        .metrics()
        .counter(
            "ocifs_registry_requests_total",
            "Requests for bytes of layers",
            () -> registries.fetched().requests());
  }

  /** The store that the mounts are of. */
  Store store() {
    return store;
  }

  /** The registries that its images are got from. */
  Registries registries() {
    return registries;
  }

  /** Loads what mounting needs, while the caller does something else. */
  void prepare(String backend) {
    mounter.prepare(backend);
  }

  /**
   * Mounts images; returns when each is served or has failed.
   *
   * @return for each target the error, or null
   */
  List<@Nullable IOException> mount(List<Target> targets, Manner manner, IndexListener listener) {
    @Nullable IOException[] failures = new IOException[targets.size()];
    List<OpenResult> opened =
        layers
            .with(manner.layers())
            .openAll(targets.stream().map(Target::image).toList(), manner.open(), listener);
    List<MountRequest> requests = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    boolean done = false;
    try {
      for (int i = 0; i < failures.length; i++) {
        failures[i] = opened.get(i).failure().orElse(null);
        if (opened.get(i).view().isPresent()) {
          try {
            requests.add(request(opened.get(i).view().get(), targets.get(i), manner));
            places.add(i);
          } catch (IOException e) {
            failures[i] = e;
          }
        }
      }
      done = !manner.allOrNothing() || requests.size() == targets.size();
    } finally {
      if (!done) {
        opened.forEach(result -> close(result.view().orElse(null)));
      }
    }
    List<MountResult> results = done ? mountAll(requests, manner) : List.of();
    for (int j = 0; j < places.size(); j++) {
      failures[places.get(j)] = done ? settle(results.get(j), manner) : anotherFailed();
    }
    return Arrays.asList(failures);
  }

  private MountRequest request(ImageView view, Target target, Manner manner) throws IOException {
    boolean done = false;
    try {
      if (manner.hydration().isPresent()) {
        layers.hydrate(view, manner.hydration().get());
      }
      done = true;
      return new MountRequest(view, target.dir(), target.image(), manner.mount());
    } finally {
      if (!done) {
        close(view);
      }
    }
  }

  private List<MountResult> mountAll(List<MountRequest> requests, Manner manner) {
    Operation mounting = layers.tracker().operation("mount");
    long start = mounting.start();
    MountPhaseEvent event = FlightEvents.mountPhase();
    List<MountResult> results = mounter.mountAll(requests, manner.allOrNothing());
    mounting.end(start);
    if (event != null) {
      event.done(
          "mount", requests.size() == 1 ? requests.get(0).image() : requests.size() + " images");
    }
    return results;
  }

  private static IOException anotherFailed() {
    return new OcifsException(
        OcifsException.Kind.MOUNT, "not mounted, as another mount of the batch failed");
  }

  /** Notes a mount, or lets go of what a failed one held. */
  private @Nullable IOException settle(MountResult result, Manner manner) {
    if (result.mount().isEmpty()) {
      close(result.request().view());
      return result.failure().orElseThrow();
    }
    Mount mount = result.mount().get();
    MountRequest request = result.request();
    layers.remember(request.view());
    if (mount.isNative() && !manner.foreground()) {
      return leaveToKernel(mount, request);
    }
    views.put(mount, request.view());
    IOException failure = null;
    try {
      noted.put(mount, registry.register(mount.dir(), mount.image(), mount.backend(), log));
    } catch (IOException e) {
      failure = e;
    }
    mount.whenEnded(
        () -> {
          forget(mount);
          views.remove(mount);
          close(request.view());
        });
    if (prefetches) {
      layers.prefetch(request.view());
    }
    layers.fetch(request.view(), manner.fetching(), remarks(manner));
    if (failure != null) {
      close(mount, failure);
    }
    return failure;
  }

  /** For {@code --debug}: by then the command has returned, and this goes to the log. */
  private static Consumer<String> remarks(Manner manner) {
    return manner.mount().debug()
        ? line -> System.err.println("ocifs: " + Printable.escape(line))
        : line -> {};
  }

  private static void close(Mount mount, IOException failure) {
    try {
      mount.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Notes a mount that needs neither this process nor the view any more. */
  private @Nullable IOException leaveToKernel(Mount mount, MountRequest request) {
    try {
      registry.registerNative(mount.dir(), mount.image(), mount.backend(), log);
      mounter.detach(mount);
      return null;
    } catch (IOException e) {
      close(mount, e);
      return e;
    } finally {
      close(request.view());
    }
  }

  /** Undoes those mounts of a command that came about, when nobody waits for them any more. */
  void undo(List<Target> targets) {
    for (Mount mount : mounter.mounts()) {
      for (Target target : targets) {
        if (mount.dir().equals(target.dir().toAbsolutePath().normalize())) {
          try {
            mount.close();
          } catch (IOException e) {
            System.err.println("ocifs: " + e.getMessage());
          }
        }
      }
    }
  }

  int mountCount() {
    return mounter.mounts().size();
  }

  /** Waits until nothing is mounted. */
  void awaitNone() throws InterruptedException {
    mounter.awaitNone();
  }

  /** Unmounts all. */
  void close() {
    mounter.close();
  }

  private void forgetAll() {
    mounter.close(); // waits for the end of the mounts
    List.copyOf(noted.keySet()).forEach(this::forget);
    layers.close();
    registries.close();
    try {
      Logs.deleteIfEmpty(log);
    } catch (IOException e) {
      System.err.println("ocifs: cannot delete " + log + ": " + e.getMessage());
    }
  }

  private void forget(Mount mount) {
    MountRegistry.Record entry = noted.remove(mount);
    if (entry != null) {
      try {
        registry.remove(entry.id());
      } catch (IOException e) {
        System.err.println("ocifs: cannot forget the mount: " + e.getMessage());
      }
    }
  }

  private static void close(@Nullable Closeable thing) {
    try {
      if (thing != null) {
        thing.close();
      }
    } catch (IOException e) {
      System.err.println("ocifs: " + e.getMessage());
    }
  }

  private void logPool(int seconds) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ocifs-pool-metrics").factory());
    Future<?> ignored =
        timer.scheduleAtFixedRate(
            () -> System.err.println("ocifs: decoders " + layers.decoderPool().line()),
            seconds,
            seconds,
            TimeUnit.SECONDS);
  }

  /** Names and values that tell how the server is. */
  List<List<String>> status() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("process", Long.toString(ProcessHandle.current().pid())));
    rows.add(List.of("store", store.root().toString()));
    rows.add(List.of("log", log.toString()));
    MetricsServer server = metrics;
    if (server != null) {
      rows.add(
          List.of(
              "metrics",
              "http://"
                  + server.address().getHostString()
                  + ":"
                  + server.address().getPort()
                  + "/metrics"));
    }
    rows.add(List.of("mounts", Integer.toString(mountCount())));
    return rows;
  }

  /** What a mount of this process shows and how, empty when there is none at the directory. */
  Optional<StatusReport> report(Path dir) throws IOException {
    for (Map.Entry<Mount, MountRegistry.Record> entry : noted.entrySet()) {
      ImageView view = views.get(entry.getKey());
      if (entry.getKey().dir().equals(dir) && view != null) {
        Optional<ViewStatus> status = layers.status(view);
        return status.map(
            found ->
                new StatusReport(
                    entry.getValue(),
                    Optional.of(found),
                    Optional.of(StatsReport.tier("chunks", layers.chunkCache()))));
      }
    }
    return Optional.empty();
  }

  /** What the server does and has done. */
  StatsReport report() {
    List<StatsReport.Mount> mounts = new ArrayList<>();
    for (MountRegistry.Record mount : noted.values()) {
      mounts.add(new StatsReport.Mount(mount.dir().toString(), mount.image(), mount.backend()));
    }
    mounts.sort(Comparator.comparing(StatsReport.Mount::directory));
    Runtime runtime = Runtime.getRuntime();
    return new StatsReport(
        ProcessHandle.current().pid(),
        System.nanoTime() - started,
        mounts,
        StatsReport.tiers(layers),
        List.of(new StatsReport.Pool("decoders", layers.decoderPool().line())),
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory());
  }
}
