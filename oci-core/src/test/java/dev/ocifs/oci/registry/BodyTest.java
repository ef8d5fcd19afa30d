package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Bodies piece by piece, with a clock that each piece moves. */
class BodyTest {

  /** Hands out pieces as they are asked for; each takes its time. */
  private static final class Server implements Flow.Subscription, Time {
    final Body body;
    private final byte[] piece;
    private final long stepNanos;
    private long nanos;
    private long left;
    int requested;
    boolean cancelled;

    Server(byte[] piece, long pieces, Duration step, Duration window) {
      this.piece = piece;
      this.left = pieces;
      this.stepNanos = step.toNanos();
      this.body = new Body(this, window);
      body.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      requested++;
      if (left-- > 0) {
        body.onNext(List.of(ByteBuffer.wrap(piece)));
      } else {
        body.onComplete();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public long nanos() {
      return nanos += stepNanos / 2; // asked before and after each piece
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public void sleep(Duration duration) {}
  }

  private static long readAll(Body body) throws IOException {
    byte[] buffer = new byte[1000];
    long all = 0;
    for (int n = body.read(buffer, 0, 1000); n >= 0; n = body.read(buffer, 0, 1000)) {
      assertThat(n).isPositive();
      all += n;
    }
    return all;
  }

  @Test
  void onePieceIsUnderWayAtATime() throws IOException {
    Server server = new Server(new byte[3000], 4, Duration.ZERO, Duration.ofSeconds(30));
    byte[] buffer = new byte[1000];
    assertThat(server.body.read(buffer, 0, 1000)).isEqualTo(1000);
    assertThat(server.requested).isEqualTo(2);
    assertThat(readAll(server.body)).isEqualTo(11_000);
    assertThat(server.body.read(buffer, 0, 1)).isEqualTo(-1);
  }

  @Test
  void bodyOfOneByteASecondIsGivenUp() {
    Server server =
        new Server(new byte[1], 1_000_000, Duration.ofSeconds(1), Duration.ofSeconds(30));
    assertThatThrownBy(() -> readAll(server.body)).isInstanceOf(HttpTimeoutException.class);
    assertThat(server.cancelled).isTrue();
    assertThat(server.requested).isLessThan(100);
  }

  @Test
  void slowBodyThatFlowsIsReadToItsEnd() throws IOException {
    Server server = new Server(new byte[1000], 1000, Duration.ofSeconds(1), Duration.ofSeconds(30));
    assertThat(readAll(server.body)).isEqualTo(1_000_000);
  }

  @Test
  void whatBreaksOffTellsAfterWhatArrived() throws IOException {
    Body body = new Body(new FakeTime(), Duration.ofSeconds(30));
    body.onNext(List.of(ByteBuffer.wrap("abc".getBytes(UTF_8))));
    body.onError(new IOException("reset"));
    byte[] buffer = new byte[10];
    assertThat(body.read(buffer, 0, 10)).isEqualTo(3);
    assertThatThrownBy(() -> body.read(buffer, 0, 10)).hasMessageContaining("reset");
  }
}
