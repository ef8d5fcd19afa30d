package dev.ocifs.layerfs.metrics;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes figures in the text format of Prometheus, version 0.0.4 (its documentation, "Exposition
 * formats").
 */
final class PrometheusText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double NANOS_PER_SECOND = 1e9;

  /** The buckets that readers see end below these powers of 2: from 256 ns to 69 s of time. */
  private static final int FIRST_EXPONENT = 8;

  private static final int LAST_EXPONENT = 36;
  private static final int EXPONENT_STEP = 2;

  private final StringBuilder out = new StringBuilder();

  void family(Metrics.Family family) {
    String name = family.name();
    out.append("# HELP ").append(name).append(' ').append(escape(family.help(), false));
    out.append("\n# TYPE ").append(name).append(' ');
    out.append(family.kind().name().toLowerCase(Locale.ROOT)).append('\n');
    family
        .figures()
        .forEach(
            (labels, figure) -> {
              if (figure instanceof Histogram histogram) {
                histogram(name, labels, histogram.snapshot());
              } else if (figure instanceof Counter counter) {
                sample(name, labels, null, Long.toString(counter.value()));
              } else {
                sample(name, labels, null, ask((DoubleSupplier) figure));
              }
            });
  }

  /** All that was written. */
  String text() {
    return out.toString();
  }

  private void histogram(String name, List<String> labels, HistogramSnapshot values) {
    boolean time = name.endsWith("_seconds");
    for (int e = FIRST_EXPONENT; e <= LAST_EXPONENT; e += EXPONENT_STEP) {
      // The bound is inclusive and the values are whole: at most 255 is less than 256.
      String bound = number(scaled((1L << e) - 1, time));
      sample(name + "_bucket", labels, bound, Long.toString(values.countBelowPowerOf2(e)));
    }
    sample(name + "_bucket", labels, "+Inf", Long.toString(values.count()));
    sample(name + "_sum", labels, null, number(scaled(values.sum(), time)));
    sample(name + "_count", labels, null, Long.toString(values.count()));
  }

  private static double scaled(long value, boolean time) {
    return time ? value / NANOS_PER_SECOND : value;
  }

  private void sample(String name, List<String> labels, @Nullable String upperBound, String value) {
    out.append(name);
    char separator = '{';
    for (int i = 0; i < labels.size(); i += 2) {
      label(separator, labels.get(i), labels.get(i + 1));
      separator = ',';
    }
    if (upperBound != null) {
      label(separator, "le", upperBound);
      separator = ',';
    }
    out.append(separator == ',' ? "} " : " ").append(value).append('\n');
  }

  private void label(char separator, String name, String value) {
    out.append(separator).append(name).append("=\"").append(escape(value, true)).append('"');
  }

  /** One figure whose owner fails must not keep the others from being read. */
  private static String ask(DoubleSupplier value) {
    try {
      return number(value.getAsDouble());
    } catch (RuntimeException e) {
      return "NaN";
    }
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
    return whole ? Long.toString((long) value) : Double.toString(value);
  }

  private static String escape(String text, boolean quotes) {
    String escaped = text.replace("\\", "\\\\").replace("\n", "\\n");
    return quotes ? escaped.replace("\"", "\\\"") : escaped;
  }
}
