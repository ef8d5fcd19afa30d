package dev.ocifs.mount.server;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** Hands command lines to a {@link MountServer}. */
public final class ServerClient {
  private static final int RIGHTS_OF_OTHERS = 077;

  private ServerClient() {}

  /** Whoever could put a socket there, or listen to it, would get what the request holds. */
  private static void checkOwner(Path socket) throws IOException {
    Map<String, Object> found;
    try {
      found = Files.readAttributes(socket, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return; // the server has just ended
    }
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!self.equals(found.get("uid"))
        || !(found.get("mode") instanceof Integer mode)
        || (mode & RIGHTS_OF_OTHERS) != 0) {
      throw new OcifsException(Kind.STORE, socket + " is not a socket of this user alone")
          .hint("remove it, and look who may write there");
    }
  }

  /**
   * Has a server run a command line and passes on what it prints.
   *
   * @return the exit code; empty when no server is there, or it ended before it answered anything
   * @throws OcifsException {@code MOUNT} when the server ended in the middle
   */
  public static OptionalInt call(
      Path socket, ServerRequest request, OutputStream out, OutputStream err) throws IOException {
    if (!Files.exists(socket)) {
      return OptionalInt.empty();
    }
    checkOwner(socket);
    boolean answered = false;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      byte[] bytes = request.encode();
      Frames.write(channel, Frames.REQUEST, bytes, 0, bytes.length);
      while (true) {
        Frames.Frame frame = Frames.read(channel);
        answered = true;
        switch (frame.type()) {
          case Frames.OUT -> out.write(frame.bytes());
          case Frames.ERR -> err.write(frame.bytes());
          case Frames.EXIT -> {
            return OptionalInt.of(ByteBuffer.wrap(frame.bytes()).getInt());
          }
          default -> throw new IOException("the server answers with a frame of unknown type");
        }
      }
    } catch (ConnectException e) {
      return OptionalInt.empty(); // a socket that a killed server left
    } catch (EOFException | SocketException e) {
      if (!answered) {
        return OptionalInt.empty();
      }
      throw new OcifsException(Kind.MOUNT, "the server ended in the middle of the work", e)
          .hint("its log is in " + socket.resolveSibling("logs") + "; then run the command again");
    }
  }
}
