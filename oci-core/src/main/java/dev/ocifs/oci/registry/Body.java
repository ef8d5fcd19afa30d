package dev.ocifs.oci.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, read by one thread while it arrives. One piece is under way at a time, so
 * memory is bounded by the size of a piece, whatever the server sends.
 *
 * <p>A body that does not flow ends with an error: in each {@code window} that the reader spends
 * waiting, {@link HttpSettings#MIN_BYTES} must arrive. What the reader does between its reads does
 * not count. Closing it before its end gives the connection up.
 */
final class Body implements BodySubscriber<Body>, Closeable {
  private enum End {
    REACHED
  }

  private final Time time;
  private final long windowNanos;
  private final CompletableFuture<Body> ready = CompletableFuture.completedFuture(this);
  private final LinkedBlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  // of the reading thread
  private List<ByteBuffer> piece = List.of();
  private int buffer;
  private boolean ended;
  private long waitedNanos;
  private long windowBytes;

  Body(Time time, Duration window) {
    this.time = time;
    this.windowNanos = window.toNanos();
  }

  @Override
  public CompletionStage<Body> getBody() {
    return ready;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    arrived.add(item);
  }

  @Override
  public void onError(Throwable problem) {
    arrived.add(problem);
  }

  @Override
  public void onComplete() {
    arrived.add(End.REACHED);
  }

  /**
   * Reads at least one byte, unless none is asked for.
   *
   * @return how many, or -1 at the end
   * @throws IOException when the connection broke, the body does not flow, or the thread was
   *     interrupted, which it then still is
   */
  int read(byte[] dst, int off, int len) throws IOException {
    while (!ended) {
      while (buffer < piece.size()) {
        ByteBuffer bytes = piece.get(buffer);
        if (bytes.hasRemaining() || len == 0) {
          int n = Math.min(len, bytes.remaining());
          bytes.get(dst, off, n);
          return n;
        }
        buffer++;
      }
      await();
    }
    return -1;
  }

  @SuppressWarnings("unchecked") // only onNext adds lists
  private void await() throws IOException {
    Object item = next();
    if (item instanceof End) {
      ended = true;
    } else if (item instanceof Throwable problem) {
      throw new IOException(problem.getMessage(), problem);
    } else {
      piece = (List<ByteBuffer>) item;
      buffer = 0;
      for (ByteBuffer bytes : piece) {
        windowBytes += bytes.remaining();
      }
      Flow.Subscription source = subscription;
      if (source != null) {
        source.request(1);
      }
    }
  }

  /** The next piece, the end, or what went wrong. */
  private Object next() throws IOException {
    while (true) {
      long before = time.nanos();
      Object item;
      try {
        item = arrived.poll(windowNanos - waitedNanos, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
      waitedNanos += time.nanos() - before;
      if (item == null || (waitedNanos >= windowNanos && item instanceof List)) {
        if (windowBytes < HttpSettings.MIN_BYTES) {
          close();
          throw new HttpTimeoutException(
              "got "
                  + windowBytes
                  + " bytes in "
                  + TimeUnit.NANOSECONDS.toMillis(windowNanos)
                  + " ms");
        }
        waitedNanos = 0;
        windowBytes = 0;
      }
      if (item != null) {
        return item;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription source = subscription;
    if (source != null) {
      source.cancel();
    }
  }
}
