package dev.ocifs.cli;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.copy.CopyProgress;
import java.io.Closeable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows on standard error how copying gets on once it has taken a second: on a terminal a line for
 * each blob that is under way, written over and wiped away at the end; elsewhere such lines every
 * few seconds, and one at the end.
 *
 * <p>Has no thread of its own: whichever thread reports at the right time draws. Thread-safe.
 */
final class CopyLines implements CopyProgress, Closeable {
  private static final long QUIET_NANOS = 1_000_000_000L;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long LINES_NANOS = 3_000_000_000L;

  /** As many digits of a digest as tell layers apart. */
  private static final int SHORT_HEX = 12;

  private final Console console;
  private final boolean quiet;
  private final long start;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Digest, Line> running = new LinkedHashMap<>();
  private long nextDraw;
  private long bytes;
  private int blobs;
  private int drawnLines;
  private boolean drawn;

  private static final class Line {
    final ProgressLine text;
    final Step step;
    long done;

    Line(ProgressLine text, Step step) {
      this.text = text;
      this.step = step;
    }
  }

  private CopyLines(Console console, boolean quiet) {
    this.console = console;
    this.quiet = quiet;
    this.start = console.nanoTime().getAsLong();
    this.nextDraw = start + QUIET_NANOS;
  }

  /** What the user wants to see of it. */
  static CopyLines create(Ocifs ocifs) {
    return new CopyLines(ocifs.console(), ocifs.quiet());
  }

  @Override
  public void started(Digest blob, Step step, long totalBytes) {
    String verb =
        switch (step) {
          case HASH -> "hashing";
          case FETCH -> "fetching";
          case WRITE -> "copying";
        };
    lock.lock();
    try {
      long now = console.nanoTime().getAsLong();
      String name = blob.hex().substring(0, SHORT_HEX);
      running.put(blob, new Line(new ProgressLine(verb, name, totalBytes, now), step));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void advanced(Digest blob, long more) {
    lock.lock();
    try {
      Line line = running.get(blob);
      if (line != null) {
        line.done += more;
        bytes += line.step == Step.WRITE ? more : 0;
        if (line.done >= line.text.total() && line.step == Step.HASH) {
          running.remove(blob); // it is known by another digest from now on
        }
      }
      draw();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void finished(Digest blob, boolean copied) {
    lock.lock();
    try {
      running.remove(blob);
      blobs += copied ? 1 : 0;
      draw();
    } finally {
      lock.unlock();
    }
  }

  private void draw() {
    long now = console.nanoTime().getAsLong();
    if (quiet || now - nextDraw < 0 || running.isEmpty()) {
      return;
    }
    drawn = true;
    if (console.errIsTerminal()) {
      nextDraw = now + REDRAW_NANOS;
      List<String> lines =
          running.values().stream().map(line -> line.text.bar(line.done, now)).toList();
      write(wipe() + String.join("\n", lines));
      drawnLines = lines.size();
    } else {
      nextDraw = now + LINES_NANOS;
      running.values().forEach(line -> console.message(line.text.text(line.done, now)));
    }
  }

  /** Goes back to the first line that was drawn, and clears from there. */
  private String wipe() {
    return (drawnLines > 1 ? "\r\033[" + (drawnLines - 1) + "A" : "\r") + "\033[J";
  }

  /** Says what was done, where something was said before. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (drawn && console.errIsTerminal()) {
        write(wipe());
      } else if (drawn) {
        long now = console.nanoTime().getAsLong();
        console.message(
            "copied "
                + blobs
                + (blobs == 1 ? " blob, " : " blobs, ")
                + ByteSize.format(bytes)
                + " in "
                + ProgressLine.duration(Math.round((now - start) / 1e9)));
      }
      drawn = false;
    } finally {
      lock.unlock();
    }
  }

  private void write(String text) {
    PrintStream err = console.err();
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    err.write(encoded, 0, encoded.length);
    err.flush();
  }
}
