package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;

/**
 * Reads that wait for a decoder or for a source, on threads of their own, so that none keeps a
 * serving thread from the rest. Thread-safe.
 *
 * <p>An INTERRUPT says that a signal came for the thread that waits. Whatever the signal, the
 * kernel waits on for our answer. A reader that goes on living would take an error for one of the
 * file, as reads of files are not interrupted elsewhere: it gets its bytes. A reader that is to die
 * is answered EINTR at once, so that it can; the decoding goes on, for the cache. Java's own
 * interruption is not used: it would close the files that are read.
 */
final class SlowReads {
  private static final Logger LOG = System.getLogger("dev.ocifs.mount");

  /** Interrupts that overtook their reads, as several threads serve; the oldest make room. */
  private static final int MAX_EARLY = 64;

  private final ImageView view;
  private final Failures failures;
  private final Executor executor;
  private final IntPredicate dying;
  private final ThreadLocal<Reply> replies = ThreadLocal.withInitial(Reply::new);
  private final PageFiller filler;

  /** For errors where no other memory is to be had, by one thread at a time. */
  private final Reply spare = new Reply();

  private final Map<Long, Read> waiting = new HashMap<>();
  private final long[] early = new long[MAX_EARLY];
  private int nextEarly;

  /**
   * @param executor runs reads; it may refuse one by throwing
   * @param dying whether a thread, by its number, is about to end
   */
  SlowReads(ImageView view, Failures failures, Executor executor, IntPredicate dying) {
    this.view = view;
    this.failures = failures;
    this.executor = executor;
    this.dying = dying;
    filler = new PageFiller(view);
  }

  /** One read; its answer goes to the device that it came from. */
  private record Read(
      Device device, long unique, int thread, long inode, long pos, int size, long began) {}

  /**
   * Reads and answers, some time.
   *
   * @param thread number of the thread that waits for the answer, 0 when unknown
   */
  void start(Device device, long unique, int thread, long inode, long pos, int size) {
    Read read = new Read(device, unique, thread, inode, pos, size, filler.now());
    boolean interrupted;
    synchronized (this) {
      waiting.put(unique, read);
      interrupted = takeEarly(unique);
    }
    if (interrupted) {
      interrupt(unique);
    }
    Thread server = Thread.currentThread();
    boolean accepted = false;
    try {
      executor.execute(() -> run(read, server));
      accepted = true;
    } finally {
      if (!accepted) {
        boolean ignored = claim(read); // the caller answers it
      }
    }
  }

  private boolean takeEarly(long unique) {
    for (int i = 0; i < MAX_EARLY; i++) {
      if (early[i] == unique) {
        early[i] = 0;
        return true;
      }
    }
    return false;
  }

  /** A signal came for the thread that waits for a read. */
  void interrupt(long unique) {
    Read read;
    synchronized (this) {
      read = waiting.get(unique);
      if (read == null) {
        early[nextEarly] = unique; // or it has been answered, and this is forgotten in time
        nextEarly = (nextEarly + 1) % MAX_EARLY;
        return;
      }
    }
    if (dying.test(read.thread) && claim(read)) {
      answerError(read, Errno.EINTR);
    }
  }

  /** Whether the caller is the one to answer it. */
  private synchronized boolean claim(Read read) {
    return waiting.remove(read.unique) != null;
  }

  private synchronized boolean isWaiting(Read read) {
    return waiting.containsKey(read.unique);
  }

  private void answerError(Read read, int errno) {
    synchronized (spare) {
      spare.clear();
      KernelSession.heed(spare.send(read.device, read.unique, errno));
    }
  }

  private void run(Read read, Thread server) {
    if (isWaiting(read)) {
      try {
        answer(read);
        if (!Thread.currentThread().equals(server)) { // which other reads wait for
          fillPages(read);
        }
      } catch (OutOfMemoryError e) { // for the answer: a second one the kernel would refuse
        boolean ignored = claim(read);
        answerError(read, failures.errno(e));
      }
    }
  }

  private void fillPages(Read read) {
    try {
      filler.fill(read.device, read.inode, read.pos, read.size, read.began, replies.get());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      LOG.log(Level.DEBUG, "the page cache is not filled", e); // reading will tell
    }
  }

  private void answer(Read read) {
    Reply reply = replies.get();
    reply.clear();
    int errno = 0;
    try {
      reply.setLength(view.read(read.inode, read.pos, reply.room(read.size)));
    } catch (Throwable e) { // whatever it is, the program waits for an answer
      errno = failures.errno(e);
    }
    if (claim(read)) {
      KernelSession.heed(reply.send(read.device, read.unique, errno));
    }
  }
}
