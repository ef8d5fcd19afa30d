package dev.ocifs.mount.jnr;

import dev.ocifs.mount.Failures;
import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.oci.OcifsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * One mount: libfuse 2's session, served by threads of our own. Thread-safe.
 *
 * <p>jnr-fuse's way, {@code fuse_main}, serves from native threads: each call would attach one to
 * the JVM and detach it again, and unmounting cancels them by {@code pthread_cancel}, which no JVM
 * expects. Here libfuse is taken step by step: {@code fuse_setup} mounts, Java threads receive and
 * process requests until the kernel says that the connection has ended, the last one out takes the
 * session down. The kernel's INIT request tells that the directory serves: nothing is waited for by
 * the clock, nothing is probed.
 *
 * <p>libfuse sets handlers for SIGINT, SIGTERM and SIGHUP where the default action stands, and
 * complains when several sessions do so: they are taken back at once, signals are the JVM's.
 */
final class JnrSession implements FuseBackend.Session {
  /** Requests that wait for content must not keep others from being answered. */
  private static final int THREADS =
      Math.clamp(2L * java.lang.Runtime.getRuntime().availableProcessors(), 4, 16);

  /** libfuse's signal handlers are one for the process. */
  private static final Object SETUP = new Object();

  private final LibFuse2 libfuse;
  private final MountRequest request;
  private final Runtime runtime;
  private final OperationTable operations;
  private final AtomicInteger serving = new AtomicInteger(THREADS);
  private final CountDownLatch connectedOrEnded = new CountDownLatch(1);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean connected;

  private final ThreadFactory threads;

  JnrSession(LibFuse2 libfuse, MountRequest request) {
    this(libfuse, request, Thread.ofPlatform().daemon().factory());
  }

  JnrSession(LibFuse2 libfuse, MountRequest request, ThreadFactory threads) {
    this.threads = threads;
    this.libfuse = libfuse;
    this.request = request;
    runtime = Runtime.getRuntime(libfuse);
    Requests requests =
        new Requests(request.view(), new Failures(request.image()), runtime, this::caller);
    operations = new OperationTable(runtime, requests, this::connected);
  }

  private int caller() {
    return libfuse.fuse_get_context().uid.intValue();
  }

  private void connected() {
    connected = true;
    connectedOrEnded.countDown();
  }

  /** Mounts, and returns when the kernel has connected. */
  void start() throws OcifsException {
    Handles handles = setUp();
    startThreads(handles);
    boolean interrupted = false;
    while (true) {
      try {
        connectedOrEnded.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the kernel answers at once: to leave now would leave a mount behind
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!connected) {
      throw refused("the kernel ended the connection before it was used");
    }
  }

  private void startThreads(Handles handles) {
    int started = 0;
    try {
      while (started < THREADS) {
        Thread thread = threads.newThread(() -> serve(handles));
        thread.setName("ocifs-fuse-" + started + " " + request.dir());
        thread.start();
        started++;
      }
    } catch (RuntimeException | Error e) { // an OutOfMemoryError when there are no more threads
      giveUp(handles, started, e);
      throw e;
    }
  }

  /**
   * Takes down a session that some of its threads could not be started for. Those that run find the
   * connection ended once the directory is free, and the last one out does the rest; without any
   * there is nobody else to do it.
   */
  private void giveUp(Handles handles, int started, Throwable why) {
    if (serving.addAndGet(started - THREADS) == 0) {
      tearDown(handles);
      return;
    }
    try {
      Unmounter.unmount(request.dir(), true);
      ended.join();
    } catch (OcifsException e) {
      why.addSuppressed(e);
    }
  }

  /** What libfuse calls struct fuse, fuse_session and fuse_chan, and where it mounted. */
  private record Handles(Pointer fuse, Pointer session, Pointer channel, Pointer mountPoint) {}

  private Handles setUp() throws OcifsException {
    Pointer mountPoint = Memory.allocateDirect(runtime, Long.BYTES);
    Pointer multithreaded = Memory.allocateDirect(runtime, Integer.BYTES);
    FuseArguments arguments = new FuseArguments(runtime, request);
    synchronized (SETUP) {
      FuseOperations table = operations.table();
      Pointer fuse =
          libfuse.fuse_setup(
              arguments.count(),
              arguments.vector(),
              table,
              Struct.size(table),
              mountPoint,
              multithreaded,
              null);
      if (fuse == null) {
        throw refused("libfuse refused; standard error, or the log of the server, says why");
      }
      Pointer session = libfuse.fuse_get_session(fuse);
      libfuse.fuse_remove_signal_handlers(session);
      Pointer channel = libfuse.fuse_session_next_chan(session, null);
      return new Handles(fuse, session, channel, mountPoint.getPointer(0));
    }
  }

  private OcifsException refused(String why) {
    return new OcifsException(
            OcifsException.Kind.MOUNT, "cannot mount at " + request.dir() + ": " + why)
        .image(request.image());
  }

  private void serve(Handles handles) {
    try (Arena arena = Arena.ofConfined()) {
      long size = libfuse.fuse_chan_bufsize(handles.channel);
      Pointer buffer = pointer(arena.allocate(size, Long.BYTES));
      Pointer channel = pointer(arena.allocate(Long.BYTES, Long.BYTES));
      while (true) {
        channel.putPointer(0, handles.channel);
        int length = libfuse.fuse_chan_recv(channel, buffer, size);
        if (length > 0) {
          libfuse.fuse_session_process(handles.session, buffer, length, channel.getPointer(0));
        } else if (length == 0 || !isPassing(-length)) {
          break;
        }
      }
    } finally {
      if (serving.decrementAndGet() == 0) {
        tearDown(handles);
      }
    }
  }

  private Pointer pointer(MemorySegment memory) {
    return Pointer.wrap(runtime, memory.address(), memory.byteSize());
  }

  /** EINTR and EAGAIN. */
  private static boolean isPassing(int errno) {
    return errno == 4 || errno == 11;
  }

  private void tearDown(Handles handles) {
    try {
      libfuse.fuse_unmount(handles.mountPoint, handles.channel);
      libfuse.fuse_destroy(handles.fuse);
    } finally {
      connectedOrEnded.countDown();
      ended.complete(null);
    }
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended;
  }
}
