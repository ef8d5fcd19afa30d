package dev.ocifs.tests.bench.graph;

import dev.ocifs.oci.graph.CycleDetector;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A search of a whole graph: a traversal where it has no cycle, else a detection. The digests are
 * parsed already, and what a content names is a look-up in a map for both.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CycleDetectorBench {

  @Param public Shape shape = Shape.LAYERS;

  @Param({"false", "true"})
  public boolean cycle;

  private Shape.Graph graph = new Shape.Graph(List.of(), digest -> List.of(), false);

  @Setup
  public void build() {
    graph = shape.graph(cycle);
  }

  @Benchmark
  public Object ocifs() throws IOException {
    return checked(CycleDetector.find(graph.roots(), graph.edges()));
  }

  @Benchmark
  public Object recursive() throws IOException {
    return checked(RecursiveDetector.find(graph.roots(), graph.edges()));
  }

  private Object checked(Optional<?> found) {
    if (found.isPresent() != graph.cycle()) {
      throw new IllegalStateException("found " + found);
    }
    return found;
  }
}
