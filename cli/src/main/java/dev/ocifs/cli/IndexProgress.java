package dev.ocifs.cli;

import dev.ocifs.layerfs.IndexListener;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how indexing gets on once it has taken a second: on a terminal a line
 * that is written over and wiped away at the end, elsewhere a line every few seconds and one at the
 * end.
 *
 * <p>Has no thread of its own: whichever thread reports at the right time draws. Thread-safe.
 */
final class IndexProgress implements IndexListener {
  private static final long QUIET_NANOS = 1_000_000_000L;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 3_000_000_000L;

  private final Console console;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong nextDraw = new AtomicLong(Long.MAX_VALUE);
  private final ReentrantLock drawing = new ReentrantLock();
  private volatile @Nullable ProgressLine line;
  private boolean drawn;

  private IndexProgress(Console console) {
    this.console = console;
  }

  /** What the user wants to see of it. */
  static IndexListener create(Ocifs ocifs) {
    return ocifs.quiet() ? IndexListener.NONE : new IndexProgress(ocifs.console());
  }

  @Override
  public void started(String image, long blobBytes) {
    long now = console.nanoTime().getAsLong();
    done.set(0);
    drawn = false;
    line = new ProgressLine("indexing", image, blobBytes, now);
    nextDraw.set(now + QUIET_NANOS);
  }

  @Override
  public void progressed(long blobBytes) {
    long sum = done.addAndGet(blobBytes);
    long now = console.nanoTime().getAsLong();
    if (now - nextDraw.get() >= 0 && drawing.tryLock()) {
      try {
        draw(sum, now);
      } finally {
        drawing.unlock();
      }
    }
  }

  @Override
  public void finished() {
    drawing.lock();
    try {
      ProgressLine last = line;
      nextDraw.set(Long.MAX_VALUE);
      if (drawn && console.errIsTerminal()) {
        write("\r\033[K");
      } else if (drawn && last != null) {
        console.message(last.summary(done.get(), console.nanoTime().getAsLong()));
      }
      line = null;
    } finally {
      drawing.unlock();
    }
  }

  private void draw(long sum, long now) {
    ProgressLine current = line;
    if (current == null || now - nextDraw.get() < 0) {
      return; // finished, or drawn by another thread
    }
    drawn = true;
    if (console.errIsTerminal()) {
      nextDraw.set(now + REDRAW_NANOS);
      write("\r" + current.bar(sum, now) + "\033[K");
    } else {
      nextDraw.set(now + LINE_NANOS);
      console.message(current.text(sum, now));
    }
  }

  private void write(String text) {
    PrintStream err = console.err();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }
}
