package dev.ocifs.oci.registry;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One request at a {@link TestRegistry}, and how its answer is to be spoilt. Faults set the public
 * fields; whoever answers obeys them.
 */
public final class Visit {
  private static final int PIECE_BYTES = 8 << 10;

  /** The exchange with the client. */
  public final HttpExchange exchange;

  /** What is asked for. */
  public final Route route;

  /** Whether a {@code Range} is overlooked. */
  public boolean ignoreRange;

  /** What is added to the positions in {@code Content-Range}. */
  public long rangeShift;

  /** How many bytes of a range are left out at its end, and said so. */
  public long shorterBy;

  /** After how many bytes of the body the connection breaks; negative for never. */
  public long cutAfter = -1;

  /** Which byte of the body is another one; negative for none. */
  public long flipAt = -1;

  /** Whether the body has no length and no end. */
  public boolean endless;

  /** Before which byte of the body {@link #latch} is awaited. */
  public long holdAt;

  /** What is awaited in the middle of the answer, if anything. */
  public @Nullable CountDownLatch latch;

  /** After how many bytes of an uploaded body the connection breaks; negative for never. */
  public long cutUploadAfter = -1;

  private final LongAdder sentBytes;
  private boolean answered;

  Visit(HttpExchange exchange, Route route, LongAdder sentBytes) {
    this.exchange = exchange;
    this.route = route;
    this.sentBytes = sentBytes;
  }

  boolean isAnswered() {
    return answered;
  }

  /** Sets a header of the answer. */
  public Visit header(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
    return this;
  }

  /** Answers, with the faults that are set. A {@code HEAD} gets the length only. */
  public void answer(int status, byte[] body) throws IOException {
    answered = true;
    if (exchange.getRequestMethod().equals("HEAD")) {
      header("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(status, endless ? 0 : body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      int pos = 0;
      while (pos < body.length) {
        pos += piece(out, body, pos);
      }
      await(pos);
      while (endless) {
        out.write(new byte[PIECE_BYTES]);
        sentBytes.add(PIECE_BYTES);
      }
    }
    exchange.close();
  }

  private int piece(OutputStream out, byte[] body, int pos) throws IOException {
    await(pos);
    int end = Math.min(body.length, pos + PIECE_BYTES);
    if (pos < holdAt) {
      end = (int) Math.min(end, holdAt);
    }
    if (cutAfter >= 0) {
      end = (int) Math.min(end, Math.max(pos, cutAfter));
    }
    byte[] piece = Arrays.copyOfRange(body, pos, end);
    if (flipAt >= pos && flipAt < end) {
      piece[(int) (flipAt - pos)] ^= 1;
    }
    sentBytes.add(piece.length); // before the client can know of them
    out.write(piece);
    out.flush();
    if (end == cutAfter) {
      throw new Cut();
    }
    return piece.length;
  }

  private void await(int pos) throws IOException {
    CountDownLatch held = latch;
    if (held == null || pos != holdAt) {
      return;
    }
    try {
      if (!held.await(1, TimeUnit.MINUTES)) {
        throw new Cut();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Cut();
    }
  }

  /** Breaks the connection: the server closes it on any exception. */
  public static final class Cut extends IOException {
    private static final long serialVersionUID = 1L;

    Cut() {
      super("cut on purpose");
    }
  }
}
