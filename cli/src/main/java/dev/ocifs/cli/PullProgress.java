package dev.ocifs.cli;

import dev.ocifs.layerfs.PullListener;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.ImageLayer;
import java.io.Closeable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows on standard error how the layers of an image arrive: on a terminal a line each, which are
 * written over and wiped away at the end; elsewhere a line for each layer when it is there.
 *
 * <p>Has no thread of its own: whichever thread reports at the right time draws. Thread-safe.
 */
final class PullProgress implements PullListener, Closeable {
  private static final long REDRAW_NANOS = 100_000_000L;

  /** More would scroll small terminals; those that are done go first. */
  private static final int MAX_LINES = 16;

  /** As many digits as tell the layers of an image apart. */
  private static final int SHORT_HEX = 12;

  private final Console console;
  private final boolean quiet;
  private final Map<Digest, Bar> bars = new LinkedHashMap<>();
  private final long start;
  private long nextDraw;
  private int drawn;
  private boolean closed;

  private static final class Bar {
    final ProgressLine line;
    final AtomicLong done = new AtomicLong();
    volatile boolean complete;

    Bar(ProgressLine line) {
      this.line = line;
    }
  }

  PullProgress(Ocifs ocifs, Iterable<ImageLayer> layers) {
    console = ocifs.console();
    quiet = ocifs.quiet();
    start = console.nanoTime().getAsLong();
    nextDraw = start + REDRAW_NANOS;
    for (ImageLayer layer : layers) {
      if (layer.remote().isPresent()) {
        bars.put(
            key(layer),
            new Bar(
                new ProgressLine(
                    "layer", key(layer).hex().substring(0, SHORT_HEX), layer.size(), start)));
      }
    }
  }

  private static Digest key(ImageLayer layer) {
    return layer.digest().orElse(layer.diffId());
  }

  @Override
  public void progressed(ImageLayer layer, long bytes) {
    Bar bar = bars.get(key(layer));
    if (bar != null) {
      long ignored = bar.done.addAndGet(bytes);
      draw();
    }
  }

  @Override
  public synchronized void completed(ImageLayer layer) {
    Bar bar = bars.get(key(layer));
    if (bar == null || bar.complete) {
      return;
    }
    bar.complete = true;
    if (!console.errIsTerminal() && !quiet) {
      console.message(bar.line.summary(bar.done.get(), console.nanoTime().getAsLong()));
    }
  }

  private synchronized void draw() {
    long now = console.nanoTime().getAsLong();
    if (quiet || closed || !console.errIsTerminal() || now - nextDraw < 0) {
      return;
    }
    nextDraw = now + REDRAW_NANOS;
    StringBuilder text = new StringBuilder(wipe());
    drawn = 0;
    for (Bar bar : bars.values()) {
      if (!bar.complete && drawn < MAX_LINES) {
        text.append(bar.line.bar(bar.done.get(), now)).append('\n');
        drawn++;
      }
    }
    write(text.toString());
  }

  /** Moves to the first of the lines that were drawn, and clears them. */
  private String wipe() {
    return drawn == 0 ? "" : "\033[" + drawn + "A\033[J";
  }

  private void write(String text) {
    PrintStream err = console.err();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }

  /** Wipes the lines away; later reports draw nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    write(wipe());
    drawn = 0;
  }
}
