package dev.ocifs.tests.bench;

import static dev.ocifs.tests.bench.Metric.ALLOCATION;
import static dev.ocifs.tests.bench.Metric.THROUGHPUT;
import static dev.ocifs.tests.bench.Metric.TIME;

import java.util.List;
import java.util.Map;

/** All that is claimed to be faster or smaller than something else; a claim is a line. */
final class Comparisons {
  private static final String DECODER = "codec.LayerDecoderBench";
  private static final String SPANS = "codec.SpanDecoderBench";
  private static final String CYCLES = "graph.CycleDetectorBench";

  private static final Map<String, String> BINARIES = Map.of("content", "BINARIES");
  private static final Map<String, String> TEXT = Map.of("content", "TEXT");
  private static final Map<String, String> LAYERS = Map.of("shape", "LAYERS", "cycle", "false");
  private static final Map<String, String> INDEXES = Map.of("shape", "INDEXES", "cycle", "false");
  private static final Map<String, String> BAD_LAYERS = Map.of("shape", "LAYERS", "cycle", "true");
  private static final Map<String, String> BAD_INDEXES =
      Map.of("shape", "INDEXES", "cycle", "true");

  static final List<Comparison> ALL =
      List.of(
          line("first pass, binaries", DECODER, "jdk", BINARIES, THROUGHPUT, 1.5),
          line("first pass, text", DECODER, "jdk", TEXT, THROUGHPUT, 1.5),
          line("span of 1 MiB, binaries", SPANS, "jdk", BINARIES, THROUGHPUT, 1.3),
          line("span of 1 MiB, text", SPANS, "jdk", TEXT, THROUGHPUT, 1.3),
          line("traversal of layers", CYCLES, "recursive", LAYERS, TIME, 0.70),
          line("traversal of indexes", CYCLES, "recursive", INDEXES, TIME, 0.70),
          line("detection in layers", CYCLES, "recursive", BAD_LAYERS, TIME, 0.60),
          line("detection in indexes", CYCLES, "recursive", BAD_INDEXES, TIME, 0.60),
          line("allocation, layers", CYCLES, "recursive", LAYERS, ALLOCATION, 0.75),
          line("allocation, indexes", CYCLES, "recursive", INDEXES, ALLOCATION, 0.75));

  private Comparisons() {}

  /** A class of benchmarks in which ours is the method {@code ocifs}. */
  private static Comparison line(
      String what,
      String bench,
      String before,
      Map<String, String> params,
      Metric metric,
      double target) {
    return new Comparison(
        bench.substring(0, bench.indexOf('.')),
        what,
        bench + "." + before,
        bench + ".ocifs",
        params,
        metric,
        target);
  }
}
