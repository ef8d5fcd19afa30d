package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A proxy that makes tunnels ({@code CONNECT}, RFC 9110, section 9.3.6), whatever host is asked for
 * all to one port of loopback. Thread-safe.
 */
final class TestProxy implements Closeable {
  private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final int target;
  private final String needed;

  /**
   * Starts it.
   *
   * @param needed a line that the head of each request has to have; empty for none
   */
  TestProxy(int target, String needed) throws IOException {
    this.target = target;
    this.needed = needed;
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The heads of the requests so far: lines, each ended by CR and LF. */
  List<String> heads() {
    return heads;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      heads.add(head);
      String answer =
          !head.startsWith("CONNECT ")
              ? "405 Method Not Allowed"
              : head.contains(needed) ? "200 OK" : "407 Proxy Authentication Required";
      boolean opened = answer.startsWith("200");
      String more = opened ? "" : "Proxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n";
      client
          .getOutputStream()
          .write(("HTTP/1.1 " + answer + "\r\n" + more + "\r\n").getBytes(ISO_8859_1));
      if (opened) {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
          threads.execute(() -> copy(server, client));
          copy(client, server);
        }
      }
    } catch (IOException e) {
      // the client sees it
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException();
      }
      head.append((char) c);
    }
    return head.toString();
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // one of them has ended
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
