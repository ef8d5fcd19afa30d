package dev.ocifs.layerfs.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;

/**
 * The named figures of a process, and the text in which Prometheus reads them.
 *
 * <p>A figure is known by its name and its labels (pairs of name and value, in one order always).
 * Asking for a counter or a histogram again gives the same one. All figures of a name are of one
 * kind and have one help text; the first to come decides. Thread-safe; registering takes a lock,
 * counting none.
 */
public final class Metrics {
  /** Prometheus data model, "Metric names and labels"; colons are for recording rules. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** All figures of one name; the map goes from label names and values to the figure. */
  record Family(String name, Kind kind, String help, Map<List<String>, Object> figures) {
    Family copy() {
      return new Family(name, kind, help, new LinkedHashMap<>(figures));
    }
  }

  /** Guarded by itself. */
  private final Map<String, Family> families = new TreeMap<>();

  /**
   * A counter; by custom its name ends in {@code _total}.
   *
   * @throws IllegalArgumentException when a name breaks the grammar, a label has no value, or the
   *     name belongs to another kind or a supplier
   */
  public Counter counter(String name, String help, String... labels) {
    return figure(Counter.class, new Counter(), name, Kind.COUNTER, help, labels);
  }

  /** A counter that something else keeps; the supplier is asked on every reading. */
  public void counter(String name, String help, DoubleSupplier value, String... labels) {
    supplied(name, Kind.COUNTER, help, value, labels);
  }

  /**
   * A value that goes up and down; the supplier is asked on every reading, and one that fails makes
   * it NaN.
   */
  public void gauge(String name, String help, DoubleSupplier value, String... labels) {
    supplied(name, Kind.GAUGE, help, value, labels);
  }

  /**
   * A histogram. When its name ends in {@code _seconds} what it records is nanoseconds, which
   * readers see as seconds; else they see what was recorded.
   */
  public Histogram histogram(String name, String help, String... labels) {
    return figure(Histogram.class, new Histogram(), name, Kind.HISTOGRAM, help, labels);
  }

  /** All figures in the text format of Prometheus, version 0.0.4, in the order of their names. */
  public String toPrometheus() {
    List<Family> copies;
    synchronized (families) {
      copies = families.values().stream().map(Family::copy).toList();
    }
    // Suppliers are asked without the lock: they may take others.
    PrometheusText text = new PrometheusText();
    copies.forEach(text::family);
    return text.text();
  }

  private void supplied(
      String name, Kind kind, String help, DoubleSupplier value, String... labels) {
    Object kept = figure(Object.class, value, name, kind, help, labels);
    if (!kept.equals(value)) {
      throw new IllegalArgumentException(name + " has these labels already");
    }
  }

  private <T> T figure(
      Class<T> type, T fresh, String name, Kind kind, String help, String... labels) {
    List<String> key = checked(name, labels);
    synchronized (families) {
      Family family =
          families.computeIfAbsent(
              name, absent -> new Family(name, kind, help, new LinkedHashMap<>()));
      Object kept = family.figures().getOrDefault(key, fresh);
      if (family.kind() != kind || !type.isInstance(kept)) {
        throw new IllegalArgumentException(name + " is a figure of another kind");
      }
      family.figures().put(key, kept);
      return type.cast(kept);
    }
  }

  private static List<String> checked(String name, String... labels) {
    List<String> names = new ArrayList<>(List.of(name));
    for (int i = 0; i < labels.length; i += 2) {
      names.add(labels[i]);
    }
    if (labels.length % 2 != 0 || !names.stream().allMatch(n -> NAME.matcher(n).matches())) {
      throw new IllegalArgumentException(name + ": not a name, or a label without a value");
    }
    return List.of(labels);
  }
}
