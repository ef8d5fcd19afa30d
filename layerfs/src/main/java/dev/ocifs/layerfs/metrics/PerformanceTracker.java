package dev.ocifs.layerfs.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/**
 * How long named operations take, how often they happen and what they allocate.
 *
 * <p>Callers look their {@link Operation} up once, keep it in a final field, and put every run
 * between {@link Operation#start} and {@link Operation#end}. Neither allocates anything, nor takes
 * a lock. Off, which is how a tracker begins, a run costs one read of a field (less than 1 ns); on,
 * two readings of the clock and two additions to memory that few threads share. Thread-safe; there
 * is nothing to close.
 */
public final class PerformanceTracker {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.]{0,63}");

  private final ConcurrentSkipListMap<String, Operation> operations = new ConcurrentSkipListMap<>();
  private final Metrics metrics;

  /** Read by every start; written hardly ever. */
  private volatile boolean enabled;

  /**
   * Makes one that is off.
   *
   * @param metrics shows the operations as {@code ocifs_operation_seconds} and {@code
   *     ocifs_operation_allocated_bytes_total}, labelled with their names
   */
  public PerformanceTracker(Metrics metrics) {
    this.metrics = metrics;
  }

  /**
   * The operation of this name, which is made when it is new.
   *
   * @param name a lower-case letter, then lower-case letters, digits, '_' and '.', 64 at most
   */
  public Operation operation(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of an operation: " + name);
    }
    return operations.computeIfAbsent(name, absent -> new Operation(this, absent, metrics));
  }

  public boolean enabled() {
    return enabled;
  }

  /** Turns recording on or off; what was recorded stays. */
  public void setEnabled(boolean on) {
    enabled = on;
  }

  /** Forgets everything that was recorded; the operations stay. */
  public void clear() {
    operations.values().forEach(Operation::clear);
  }

  /** All operations that ran since the last {@link #clear}, by name. */
  public List<OperationSummary> summary() {
    List<OperationSummary> summaries = new ArrayList<>();
    for (Operation operation : operations.values()) {
      OperationSummary summary = operation.summary();
      if (summary.count() > 0) {
        summaries.add(summary);
      }
    }
    return summaries;
  }

  /** The summary as one JSON document: an object with a member for each operation. */
  public String toJson() {
    StringBuilder json = new StringBuilder("{");
    for (OperationSummary summary : summary()) {
      json.append(json.length() == 1 ? "" : ", ");
      // The grammar of names leaves nothing to escape.
      json.append('"').append(summary.name()).append("\": ").append(summary.toJson());
    }
    return json.append('}').toString();
  }
}
