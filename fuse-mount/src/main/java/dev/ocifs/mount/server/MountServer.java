package dev.ocifs.mount.server;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Takes command lines from other processes of the same user, over a Unix socket of mode 0600, and
 * has each run on a thread of its own. Thread-safe.
 *
 * <p>Who opens it holds a lock that makes it the only one of its store; a socket that a killed
 * server left is replaced.
 */
public final class MountServer implements Closeable {
  private static final Logger LOG = System.getLogger(MountServer.class.getName());

  /** In a row: a second with the pauses between them. */
  private static final int MAX_FAILURES = 10;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Runs one command line. */
  @FunctionalInterface
  public interface Handler {
    /** Returns the exit code; throws nothing. */
    int handle(ServerRequest request, ServerReply reply);
  }

  private final Path socket;
  private final ServerSocketChannel listener;
  private final Handler handler;
  private int active;
  private boolean closed;

  private MountServer(Path socket, ServerSocketChannel listener, Handler handler) {
    this.socket = socket;
    this.listener = listener;
    this.handler = handler;
  }

  /**
   * Begins to listen.
   *
   * @throws OcifsException {@code STORE} when that is impossible, as where the path is longer than
   *     a socket's may be (108 bytes)
   */
  public static MountServer open(Path socket, Handler handler) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean listening = false;
    try {
      Path unnamed = unnamed(socket);
      Files.deleteIfExists(unnamed);
      listener.bind(UnixDomainSocketAddress.of(unnamed));
      Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
      Files.move(unnamed, socket, StandardCopyOption.ATOMIC_MOVE);
      MountServer server = new MountServer(socket, listener, handler);
      Thread.ofPlatform().daemon().name("ocifs-server").start(server::accept);
      listening = true;
      return server;
    } catch (IOException e) {
      throw new OcifsException(Kind.STORE, "cannot listen at " + socket, e)
          .hint("choose a store with a shorter path by --root");
    } finally {
      if (!listening) {
        listener.close();
      }
    }
  }

  /** Where a socket gets its mode before anybody can find it; not longer, for the limit's sake. */
  private static Path unnamed(Path socket) {
    String name = String.valueOf(socket.getFileName());
    return socket.resolveSibling(name.substring(0, name.length() - 1) + "~");
  }

  /**
   * Where descriptors, memory or threads have run out for a moment, clients wait; where that does
   * not pass, nobody is left waiting.
   */
  private void accept() {
    for (int failures = 0; failures < MAX_FAILURES; ) {
      try {
        hand(listener.accept());
        failures = 0;
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | OutOfMemoryError e) {
        LOG.log(Level.ERROR, "cannot accept at " + socket, e);
        failures++;
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    try {
      close();
    } catch (IOException e) {
      LOG.log(Level.ERROR, "cannot close " + socket, e);
    }
  }

  /** Gives a client to a thread of its own. */
  private void hand(SocketChannel client) throws IOException {
    boolean begun = begin();
    boolean handed = false;
    try {
      if (begun) {
        Thread.ofPlatform().daemon().name("ocifs-request").start(() -> serve(client));
        handed = true;
      }
    } finally {
      if (!handed) {
        client.close(); // who gets no answer starts a server of its own
        if (begun) {
          end();
        }
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      Frames.Frame frame = Frames.read(client);
      if (frame.type() == Frames.REQUEST) {
        ServerReply reply = new ServerReply(client);
        ServerRequest request;
        try {
          request = ServerRequest.decode(frame.bytes());
        } catch (OcifsException e) {
          reply.refuse(e);
          return;
        }
        Thread.ofPlatform().daemon().name("ocifs-client").start(reply::awaitGone);
        reply.exit(handler.handle(request, reply));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client was not answered", e);
    } finally {
      end();
    }
  }

  private synchronized boolean begin() {
    if (closed) {
      return false;
    }
    active++;
    return true;
  }

  private synchronized void end() {
    active--;
    notifyAll();
  }

  /**
   * Waits for requests under way and closes, unless something is in use then.
   *
   * @return whether it has closed
   */
  public synchronized boolean closeUnless(BooleanSupplier inUse)
      throws IOException, InterruptedException {
    while (active > 0) {
      wait();
    }
    if (inUse.getAsBoolean()) {
      return false;
    }
    close();
    return true;
  }

  /** Stops listening; requests under way go on. Closing again does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      try (listener) {
        Files.deleteIfExists(socket);
      }
    }
  }
}
