package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures what one core does with an image, without a mount. */
@Command(
    name = "bench",
    description = "Measure lookups, listings and reads of an image on one core.",
    footer = {
      "",
      "Without an image, the small one of the demo is measured. readdir is a listing of 64 entries",
      "at most. Reads are of 4 KiB: from a part that the cache holds, from anywhere, and from",
      "anywhere without a cache of content; the host's page cache helps all of them."
    })
final class BenchCommand implements Callable<Integer> {
  private static final double MAX_SECONDS = 3600;

  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Parameters(paramLabel = "IMAGE", arity = "0..1", description = "The image.")
  @Nullable String name;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "8",
      description = "How long, with warming up (default: ${DEFAULT-VALUE}).")
  double seconds;

  @Option(names = "--check", description = "Exit with 11 when a target is missed.")
  boolean check;

  BenchCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "--seconds " + seconds + " is no time to measure for")
          .hint("write it as 8 or 0.5");
    }
    BenchReport report = name == null ? ofSample() : of(name, ocifs.store());
    if (json) {
      ocifs.console().println(report.json());
    } else {
      report.text().forEach(ocifs.console()::println);
    }
    return check && !report.allMet() ? ExitCode.FINDINGS : ExitCode.OK;
  }

  private BenchReport ofSample() throws IOException {
    Path folder = Files.createTempDirectory("ocifs-bench-");
    try {
      Path layout = Files.createDirectory(folder.resolve("image"));
      SampleImage.write(layout);
      return of("oci:" + layout + ":demo", Store.open(folder.resolve("store")));
    } finally {
      DemoCommand.delete(folder);
    }
  }

  private BenchReport of(String image, Store store) throws IOException {
    LayerFs cached = imageOptions.layerFs(store);
    LayerFs uncached = LayerFs.open(store, imageOptions.layerFsOptions().withCacheBytes(0));
    try (ImageView view = imageOptions.view(cached, image, store, IndexProgress.create(ocifs));
        ImageView plain = imageOptions.view(uncached, image, store, IndexListener.NONE)) {
      ViewBench bench = new ViewBench(view, plain);
      long rowNanos = (long) (seconds * 1e9 / bench.rows());
      long warmUpNanos = rowNanos / 3;
      long measuredNanos = rowNanos - warmUpNanos;
      List<StatsReport.Cache> before = StatsReport.tiers(cached);
      List<BenchReport.Row> rows = bench.run(warmUpNanos, measuredNanos);
      List<StatsReport.Cache> caches = new ArrayList<>();
      for (StatsReport.Cache tier : StatsReport.tiers(cached)) {
        caches.add(tier.since(before.get(caches.size())));
      }
      ocifs.trace("sum of all results: " + bench.sum());
      return new BenchReport(image, view.inodeCount(), warmUpNanos, measuredNanos, rows, caches);
    }
  }
}
