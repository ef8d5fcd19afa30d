package dev.ocifs.tests.bench;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How long each benchmark is measured, whatever its annotations say. Each is run by itself, in a
 * JVM of its own for each fork, with allocations counted.
 */
enum Effort {
  /** About five seconds: enough to tell ratios, for the CI. */
  SHORT(1, 2, 500, 3, 1_000),

  /** About half a minute: for figures that are printed. */
  LONG(3, 3, 1_000, 5, 1_000);

  private final int forks;
  private final int warmups;
  private final int warmupMillis;
  private final int iterations;
  private final int iterationMillis;

  Effort(int forks, int warmups, int warmupMillis, int iterations, int iterationMillis) {
    this.forks = forks;
    this.warmups = warmups;
    this.warmupMillis = warmupMillis;
    this.iterations = iterations;
    this.iterationMillis = iterationMillis;
  }

  /** Measures one side; the result is that of all its forks. */
  RunResult measure(Comparison.Side side) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include(side.filter())
        .forks(forks)
        .warmupIterations(warmups)
        .warmupTime(TimeValue.milliseconds(warmupMillis))
        .measurementIterations(iterations)
        .measurementTime(TimeValue.milliseconds(iterationMillis))
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    side.params().forEach(options::param);
    Collection<RunResult> results = new Runner(options.build()).run();
    if (results.size() != 1) {
      throw new IllegalStateException(
          side + " leaves open which of " + results.size() + " is meant");
    }
    return results.iterator().next();
  }

  /** {@code 1 fork, 2 x 0.5 s warmup, 3 x 1.0 s}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d fork%s, %d x %.1f s warmup, %d x %.1f s",
        forks,
        forks == 1 ? "" : "s",
        warmups,
        warmupMillis / 1e3,
        iterations,
        iterationMillis / 1e3);
  }
}
