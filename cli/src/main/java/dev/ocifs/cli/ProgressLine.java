package dev.ocifs.cli;

import dev.ocifs.oci.Printable;
import java.util.concurrent.TimeUnit;

/**
 * How far reading so many bytes has come, as text. Times are those of {@link System#nanoTime}.
 *
 * @param verb what is being done with them, as {@code indexing}
 * @param image what they are of
 * @param total bytes to read
 * @param start when reading began
 */
record ProgressLine(String verb, String image, long total, long start) {
  /** So that the line never wraps: narrower terminals are rare. */
  private static final int COLUMNS = 79;

  private static final int BAR_CHARS = 12;
  private static final double NANOS = 1e9;

  ProgressLine {
    image = Printable.escape(image);
  }

  /** One line for a terminal, at most 79 characters. */
  String bar(long done, long now) {
    int filled = (int) (BAR_CHARS * fraction(done));
    String facts = facts(done, now);
    String bar = " [" + "#".repeat(filled) + "-".repeat(BAR_CHARS - filled) + "] ";
    int room = COLUMNS - verb.length() - 1 - bar.length() - facts.length();
    return verb + " " + shorten(image, room) + bar + facts;
  }

  /** One line for a file or a pipe. */
  String text(long done, long now) {
    return verb + " " + image + ": " + facts(done, now);
  }

  /** What a file or a pipe shows at the end. */
  String summary(long done, long now) {
    return "read "
        + ByteSize.format(done)
        + " of "
        + image
        + " in "
        + duration(Math.round((now - start) / NANOS))
        + ", "
        + ByteSize.format(rate(done, now))
        + "/s";
  }

  private String facts(long done, long now) {
    long rate = rate(done, now);
    String facts =
        (int) (100 * fraction(done))
            + " % of "
            + ByteSize.format(total)
            + ", "
            + ByteSize.format(rate)
            + "/s";
    return rate == 0 || done >= total
        ? facts
        : facts + ", " + duration((total - done + rate - 1) / rate) + " left";
  }

  private double fraction(long done) {
    return total <= 0 ? 1 : Math.min(1, (double) done / total);
  }

  private long rate(long done, long now) {
    return now <= start ? 0 : (long) (done * NANOS / (now - start));
  }

  static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < TimeUnit.HOURS.toSeconds(1)) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
  }

  /** Leaves out the beginning: the end tells images apart. */
  private static String shorten(String text, int room) {
    return text.length() <= room ? text : "…" + text.substring(text.length() - room + 1);
  }
}
