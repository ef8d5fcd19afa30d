package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One mount, served: threads that read requests and answer them until the kernel ends the
 * connection. Thread-safe.
 *
 * <p>{@link #connect} answers the kernel's first request, so that the directory serves when it
 * returns. Then each serving thread has a device, and so a queue, of its own. Reads that wait go to
 * a second set of threads, which come and go with them. The last thread out, of both, closes the
 * devices and ends the session.
 */
final class KernelSession implements FuseBackend.Session {
  private static final Logger LOG = System.getLogger("dev.ocifs.mount");

  /**
   * As many reads decode at once at most, each holds the content of a span on the heap; serving
   * threads take further ones on themselves.
   */
  private static final int MAX_SLOW_READS = 32;

  private static final long IDLE_SECONDS = 5;

  private final ImageView view;
  private final Failures failures;
  private final String dir;
  private final List<Device> devices = new ArrayList<>();
  private final ThreadPoolExecutor slowThreads;
  private final SlowReads slowReads;
  private final OpenFiles openFiles;

  /** Serving threads and slow reads that have not ended. */
  private final AtomicInteger live = new AtomicInteger();

  private final AtomicBoolean closed = new AtomicBoolean();

  /** Whether a thread ended though the kernel had not ended the connection. */
  private volatile boolean broken;

  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /**
   * @param device the connection, which is the session's from now on
   */
  KernelSession(MountRequest request, Device device) {
    view = request.view();
    failures = new Failures(request.image());
    dir = request.dir().toString();
    devices.add(device);
    slowThreads =
        new ThreadPoolExecutor(
            0,
            MAX_SLOW_READS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // whoever became idle last goes on: its caches are warm
            Thread.ofPlatform().daemon().name("ocifs-read " + dir).factory(),
            new ThreadPoolExecutor.CallerRunsPolicy());
    openFiles = new OpenFiles(view);
    slowReads = new SlowReads(view, failures, this::runSlowly, DyingThreads::contains);
  }

  /**
   * Agrees with the kernel on how to speak.
   *
   * @param passThrough whether the kernel shall read files by itself where it can
   * @throws OcifsException of the kind MOUNT when it ended the connection, or is too old
   */
  Negotiation connect(boolean passThrough) throws OcifsException {
    Device device = devices.get(0);
    Request request = new Request();
    Reply reply = new Reply();
    while (true) {
      int n = device.read(request.memory());
      if (n <= 0 && !isPassing(-n)) {
        throw refused("the kernel ended the connection before it was used", n);
      }
      request.received(n);
      if (!request.hasHeader()) {
        continue;
      }
      reply.clear();
      int errno = Errno.EIO;
      Negotiation negotiation = null;
      if (request.opcode() == Opcode.INIT) {
        if (Negotiation.isTooNew(request)) {
          Negotiation.putVersion(reply);
          errno = 0;
        } else {
          errno = Negotiation.check(request);
          if (errno == 0) {
            negotiation = Negotiation.of(request, passThrough);
            negotiation.put(request, reply);
          }
        }
      }
      int sent = reply.send(device, request.unique(), errno);
      if (errno == Errno.EPROTO) {
        throw refused("this kernel speaks an older FUSE protocol than 7.31, of Linux 5.4", -errno)
            .hint("use --backend jnr");
      }
      if (negotiation != null) {
        if (sent < 0) {
          throw refused("the kernel did not take the answer to its first request", sent);
        }
        return negotiation;
      }
    }
  }

  private OcifsException refused(String why, int errno) {
    return new OcifsException(
        OcifsException.Kind.MOUNT,
        "cannot mount at " + dir + ": " + why + " (errno " + -errno + ")");
  }

  /** Starts to serve, in the background. */
  void serve(Negotiation negotiation, int threads) {
    for (int i = 1; i < threads; i++) {
      devices.add(devices.get(0).another());
    }
    live.set(threads);
    if (negotiation.passesThrough()) {
      openFiles.begin();
    }
    int started = 0;
    try {
      for (Device device : List.copyOf(devices)) {
        Thread.ofPlatform()
            .daemon()
            .name("ocifs-kernel-" + started + " " + dir)
            .start(() -> serve(negotiation, device));
        started++;
      }
    } finally {
      for (int i = started; i < threads; i++) {
        release(); // the last of those that serve closes the devices: it may be reading
      }
    }
  }

  private void serve(Negotiation negotiation, Device device) {
    boolean gone = false;
    try {
      Request request = new Request();
      Reply reply = new Reply();
      Protocol protocol =
          new Protocol(view, failures, negotiation, slowReads, openFiles, device, request, reply);
      while (true) {
        int n = device.read(request.memory());
        if (n > 0) {
          request.received(n);
          if (request.hasHeader()) {
            int errno = protocol.answer();
            if (errno != Protocol.SILENT) {
              int sent = reply.send(device, request.unique(), errno);
              if (sent < 0) {
                protocol.notTaken();
              }
              heed(sent);
            }
          }
        } else if (!isPassing(-n)) {
          gone = isEnd(-n);
          if (!gone) {
            LOG.log(Level.ERROR, "cannot read requests for " + dir + ": errno " + -n);
          }
          break;
        }
      }
    } finally {
      if (!gone) {
        broken = true;
      }
      release();
    }
  }

  private void runSlowly(Runnable read) {
    live.incrementAndGet(); // the caller, a serving thread, has not ended
    boolean accepted = false;
    try {
      slowThreads.execute(
          () -> {
            try {
              read.run();
            } finally {
              release();
            }
          });
      accepted = true;
    } finally {
      if (!accepted) {
        release();
      }
    }
  }

  private void release() {
    if (live.decrementAndGet() == 0) {
      try {
        close();
        if (broken) {
          takeAway();
        }
      } finally {
        ended.complete(null);
      }
    }
  }

  /** Nobody serves any more; nobody else would know of the mount that is left. */
  private void takeAway() {
    Path place = Path.of(dir);
    try {
      if (Libc.lookup(place.toAbsolutePath()) == Errno.ENOTCONN) {
        Unmounter.unmount(place, true);
      }
    } catch (OcifsException e) {
      LOG.log(Level.ERROR, e.getMessage());
    }
  }

  /** Ends the connection, unless threads serve: they do so when it is cut from outside. */
  void abandon() {
    if (live.get() == 0) {
      close();
    }
  }

  private void close() {
    if (closed.getAndSet(true)) {
      return; // the numbers of the devices may be others' by now
    }
    slowThreads.shutdown();
    for (Device device : devices) {
      try {
        device.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "closing the device of " + dir, e);
      }
    }
  }

  /** Takes note of how the sending of an answer went; nobody can be told of a failure. */
  static void heed(int result) {
    int errno = -result;
    // ENOENT: the program that asked is gone.
    if (errno != 0 && errno != Errno.ENOENT && !isEnd(errno)) {
      LOG.log(Level.WARNING, "the kernel refused an answer: errno " + errno);
    }
  }

  private static boolean isPassing(int errno) {
    // ENOENT: the program that asked was killed before its request was read.
    return errno == Errno.EINTR || errno == Errno.EAGAIN || errno == Errno.ENOENT;
  }

  private static boolean isEnd(int errno) {
    return errno == Errno.ENODEV || errno == Errno.ECONNABORTED || errno == Errno.EPERM;
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }
}
