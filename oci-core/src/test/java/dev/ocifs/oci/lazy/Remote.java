package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** A remote blob of any size whose bytes are a function of their position. */
final class Remote implements RangeFetcher {
  private static final int CHUNK = 16 << 10;

  /** What it does with a request. */
  @FunctionalInterface
  interface Script {
    void serve(Remote remote, long pos, long len, Sink sink) throws IOException;
  }

  record Range(long pos, long len) {
    long end() {
      return pos + len;
    }
  }

  private final long size;
  private final int variant;
  private final Script script;
  private final List<Range> requests = new ArrayList<>();

  Remote(long size, int variant, Script script) {
    this.size = size;
    this.variant = variant;
    this.script = script;
  }

  /** Answers at once. */
  static Remote prompt(long size) {
    return new Remote(size, 0, Remote::send);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void fetch(long pos, long len, Sink sink) throws IOException {
    synchronized (requests) {
      requests.add(new Range(pos, len));
    }
    if (pos < 0 || len <= 0 || pos > size - len) {
      throw new IOException("no such range: " + len + " from " + pos);
    }
    script.serve(this, pos, len, sink);
  }

  void send(long pos, long len, Sink sink) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (long at = pos; at < pos + len; ) {
      int n = (int) Math.min(CHUNK - 100 * (at / CHUNK % 3), pos + len - at);
      fill(at, chunk, 0, n);
      sink.accept(at, chunk, 0, n);
      at += n;
    }
  }

  void fill(long pos, byte[] dst, int off, int len) {
    for (int i = 0; i < len; i++) {
      dst[off + i] = at(pos + i);
    }
  }

  byte at(long pos) {
    long x = (pos >>> 3) * 0x9e3779b97f4a7c15L + variant;
    return (byte) ((x ^ x >>> 29) >>> (8 * (int) (pos & 7)));
  }

  Digest digest() {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    byte[] buffer = new byte[1 << 20];
    for (long pos = 0; pos < size; pos += buffer.length) {
      int n = (int) Math.min(buffer.length, size - pos);
      fill(pos, buffer, 0, n);
      hasher.update(buffer, 0, n);
    }
    return hasher.digest();
  }

  List<Range> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  long requestedBytes() {
    return requests().stream().mapToLong(Range::len).sum();
  }

  @Override
  public String toString() {
    return "the test's registry";
  }

  /** Requests that do what the test says, one step at a time. */
  static final class Steps implements Script {
    private final BlockingQueue<Request> arrived = new LinkedBlockingQueue<>();

    @Override
    public void serve(Remote remote, long pos, long len, Sink sink) throws IOException {
      Request request = new Request(remote, new Range(pos, len), sink);
      arrived.add(request);
      request.serve();
    }

    /** The next request that comes. */
    Request next() throws InterruptedException {
      Request request = arrived.poll(20, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("no request has come");
      }
      return request;
    }

    boolean isQuiet() {
      return arrived.isEmpty();
    }
  }

  /** A request that waits to be told. */
  static final class Request {
    private interface Step {
      /** Returns whether another step follows. */
      boolean run() throws IOException;
    }

    private final Remote remote;
    final Range range;
    private final Sink sink;
    private final SynchronousQueue<Step> steps = new SynchronousQueue<>();
    private long sent;
    volatile boolean interrupted;

    Request(Remote remote, Range range, Sink sink) {
      this.remote = remote;
      this.range = range;
      this.sink = sink;
    }

    private void serve() throws IOException {
      try {
        while (steps.take().run()) {
          // the next step comes from the test
        }
      } catch (InterruptedException e) {
        interrupted = true;
        throw new IOException("interrupted", e);
      }
    }

    private void tell(Step step) throws InterruptedException {
      if (!steps.offer(step, 20, TimeUnit.SECONDS)) {
        throw new AssertionError("the request is gone, or stuck");
      }
    }

    private void send(long bytes) throws IOException {
      remote.send(range.pos() + sent, bytes, sink);
      sent += bytes;
    }

    /** Sends some bytes; does not wait until they are taken. */
    void bytes(long bytes) throws InterruptedException {
      tell(
          () -> {
            send(bytes);
            return true;
          });
    }

    /** Sends the rest. */
    void rest() throws InterruptedException {
      tell(
          () -> {
            send(range.len() - sent);
            return false;
          });
    }

    void fail(String why) throws InterruptedException {
      fail(new IOException(why));
    }

    void fail(IOException failure) throws InterruptedException {
      tell(
          () -> {
            throw failure;
          });
    }
  }
}
