package dev.ocifs.mount.server;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** What a handler answers to one client. Thread-safe. */
public final class ServerReply {
  /** What the commands exit with where the machine or the server does not let them mount. */
  private static final int REFUSED = 9;

  private final SocketChannel channel;
  private volatile boolean gone;

  ServerReply(SocketChannel channel) {
    this.channel = channel;
  }

  /** What goes to the client's standard output. */
  public OutputStream out() {
    return new FrameStream(Frames.OUT);
  }

  /** What goes to the client's standard error. */
  public OutputStream err() {
    return new FrameStream(Frames.ERR);
  }

  /** Whether the client no longer waits, as after Ctrl-C: its work is of no use then. */
  public boolean isGone() {
    return gone;
  }

  /** Waits until the client closes the connection; it says nothing more after its request. */
  void awaitGone() {
    try {
      while (channel.read(ByteBuffer.allocate(1)) > 0) {
        // whatever it says, nobody asked
      }
    } catch (IOException e) {
      // gone as well
    }
    gone = true;
  }

  /** Says why nothing is done; the exit code is that of what a mount cannot do. */
  void refuse(OcifsException why) throws IOException {
    err().write(("ocifs: " + why.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
    exit(REFUSED);
  }

  synchronized void exit(int code) throws IOException {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(code).array();
    Frames.write(channel, Frames.EXIT, bytes, 0, bytes.length);
  }

  private final class FrameStream extends OutputStream {
    private final byte type;

    FrameStream(byte type) {
      this.type = type;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int off, int len) throws IOException {
      synchronized (ServerReply.this) {
        Frames.write(channel, type, bytes, off, len);
      }
    }
  }
}
