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
import java.nio.file.attribute.PosixFilePermissions;
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
    try {
      Files.deleteIfExists(socket);
      listener.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      listener.close();
      throw new OcifsException(Kind.STORE, "cannot listen at " + socket, e)
          .hint("choose a store with a shorter path by --root");
    }
    MountServer server = new MountServer(socket, listener, handler);
    Thread.ofPlatform().daemon().name("ocifs-server").start(server::accept);
    return server;
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel client = listener.accept();
        if (!begin()) {
          client.close(); // who gets no answer starts a server of its own
          return;
        }
        Thread.ofPlatform().daemon().name("ocifs-request").start(() -> serve(client));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.log(Level.ERROR, "cannot accept at " + socket, e);
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      Frames.Frame frame = Frames.read(client);
      if (frame.type() == Frames.REQUEST) {
        ServerRequest request = ServerRequest.decode(frame.bytes());
        ServerReply reply = new ServerReply(client);
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
      Files.deleteIfExists(socket);
      listener.close();
    }
  }
}
