package dev.ocifs.tests.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Two benchmarks of the same work, and the ratio that their figures should have.
 *
 * @param category what runs together: codec, graph, cache, pool, batch, allocation
 * @param what the work, in words
 * @param before the benchmark of what was replaced or of the peer, as {@code package.Class.method}
 *     below this package
 * @param after the benchmark of ours
 * @param params the benchmarks' parameters that have more than one value by default
 * @param target of after/before: at most, for {@link Metric#THROUGHPUT} at least
 */
record Comparison(
    String category,
    String what,
    String before,
    String after,
    Map<String, String> params,
    Metric metric,
    double target) {

  /** One benchmark with its parameters; several comparisons may share one. */
  record Side(String benchmark, Map<String, String> params) {

    Side {
      params = new TreeMap<>(params);
    }

    /** Its full name, in the grammar of JMH's filters. */
    String filter() {
      return "^" + Pattern.quote(Comparison.class.getPackageName() + "." + benchmark) + "$";
    }
  }

  Side beforeSide() {
    return new Side(before, params);
  }

  Side afterSide() {
    return new Side(after, params);
  }
}
