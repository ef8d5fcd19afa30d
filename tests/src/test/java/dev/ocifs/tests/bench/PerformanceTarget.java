package dev.ocifs.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures the comparisons, prints a line for each, writes them to a file, and fails when a ratio
 * misses its target. No absolute time is judged: both sides are measured on the same machine,
 * shortly one after the other.
 *
 * <p>A comparison without a target is printed and fails nothing; one that the machine does not
 * allow is skipped, and says why.
 *
 * <p>What misses its target in the short form is measured once more in the long form, and that
 * counts; so noise does not fail a build, and a miss that is real does.
 */
public final class PerformanceTarget {
  private final Map<Comparison.Side, RunResult> measured = new HashMap<>();
  private final Map<Comparison.Side, RunResult> measuredLong = new HashMap<>();

  private PerformanceTarget() {}

  /**
   * Runs the performance target.
   *
   * @param args the file to write; then the categories to run, all when there is none
   */
  public static void main(String[] args) throws IOException, RunnerException {
    Effort effort =
        System.getProperty("ocifs.performance", "short").equals("long")
            ? Effort.LONG
            : Effort.SHORT;
    List<String> categories = List.of(args).subList(1, args.length);
    PerformanceTarget target = new PerformanceTarget();
    List<Outcome> outcomes = new ArrayList<>();
    List<Skipped> skipped = new ArrayList<>();
    System.out.println("performance target: " + effort);
    for (Comparison comparison : Comparisons.ALL) {
      if (categories.isEmpty() || categories.contains(comparison.category())) {
        Optional<String> missing = comparison.need().missing();
        if (missing.isPresent()) {
          skipped.add(new Skipped(comparison, missing.get()));
          System.out.println(skipped.get(skipped.size() - 1));
        } else {
          outcomes.add(target.outcome(comparison, effort));
          System.out.println(outcomes.get(outcomes.size() - 1));
        }
      }
    }
    if (outcomes.isEmpty() && skipped.isEmpty()) {
      throw new IllegalArgumentException("no comparison is of " + categories);
    }
    Path report = Path.of(args[0]);
    Report.write(report, effort, outcomes, skipped);
    long missed = outcomes.stream().filter(outcome -> !outcome.met()).count();
    System.out.printf(
        "%d of %d missed, %d skipped; %s%n", missed, outcomes.size(), skipped.size(), report);
    System.exit(missed == 0 ? 0 : 1);
  }

  private Outcome outcome(Comparison comparison, Effort effort) throws RunnerException {
    Outcome outcome = measure(comparison, effort);
    return outcome.met() || effort == Effort.LONG ? outcome : measure(comparison, Effort.LONG);
  }

  private Outcome measure(Comparison comparison, Effort effort) throws RunnerException {
    return new Outcome(
        comparison,
        effort,
        comparison.metric().of(result(comparison.before(), effort)),
        comparison.metric().of(result(comparison.after(), effort)));
  }

  private RunResult result(Comparison.Side side, Effort effort) throws RunnerException {
    Map<Comparison.Side, RunResult> known = effort == Effort.LONG ? measuredLong : measured;
    RunResult result = known.get(side);
    if (result == null) {
      result = effort.measure(side);
      known.put(side, result);
    }
    return result;
  }
}
