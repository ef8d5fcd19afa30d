package dev.ocifs.tests.bench;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Two benchmarks of the same work, and the ratio that their figures should have.
 *
 * @param category what runs together: codec, graph, cache, hits, pool, batch, allocation
 * @param what the work, in words
 * @param before the benchmark of what was replaced or of the peer
 * @param after the benchmark of ours
 * @param need what the machine has to have for it
 * @param target of after/before: at most, or at least where {@linkplain Metric more is better};
 *     empty where the ratio is of interest and nothing was promised of it
 */
record Comparison(
    String category,
    String what,
    Side before,
    Side after,
    Metric metric,
    Need need,
    OptionalDouble target) {

  /**
   * One benchmark; several comparisons may share one.
   *
   * @param benchmark {@code package.Class.method} below this package
   * @param params its parameters that have more than one value by default
   */
  record Side(String benchmark, Map<String, String> params) {

    Side {
      params = new TreeMap<>(params);
    }

    /** Its full name, in the grammar of JMH's filters. */
    String filter() {
      return "^" + Pattern.quote(Comparison.class.getPackageName() + "." + benchmark) + "$";
    }
  }

  /** Whether the figures are as good as was promised, if anything was. */
  boolean metBy(double figureBefore, double figureAfter) {
    return target.isEmpty() || metric.met(figureBefore, figureAfter, target.getAsDouble());
  }

  /** The target in words: {@code ≤ 0.60}, or {@code none}. */
  String bound() {
    return target.isEmpty() ? "none" : metric.bound(target.getAsDouble());
  }
}
