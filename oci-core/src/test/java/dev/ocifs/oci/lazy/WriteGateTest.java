package dev.ocifs.oci.lazy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who writes and who seals exclude each other. */
@Timeout(120)
final class WriteGateTest {
  private final WriteGate gate = new WriteGate(Arena.ofAuto().allocate(Long.BYTES));

  @Test
  void behindASealNobodyWritesOrDrops() {
    assertThat(gate.enter()).isTrue();
    gate.leave();
    assertThat(gate.seal(0)).isTrue();
    assertThat(gate.enter()).isFalse();
    assertThat(gate.change()).isFalse();
    assertThat(gate.changes()).isZero();
    gate.unseal();
    assertThat(gate.enter()).isTrue();
    assertThat(gate.change()).isTrue();
    assertThat(gate.changes()).isEqualTo(1);
  }

  @Test
  void whoIsHaltedWhileWritingPreventsASeal() {
    assertThat(gate.enter()).isTrue();
    assertThat(gate.seal(0)).isFalse();
    gate.leave();
    assertThat(gate.seal(0)).isTrue();
  }

  @Test
  void aChangeSinceTheBytesWereReadPreventsASeal() {
    long before = gate.changes();
    assertThat(gate.enter()).isTrue();
    assertThat(gate.change()).isTrue();
    gate.leave();
    assertThat(gate.seal(before)).isFalse();
    assertThat(gate.seal(gate.changes())).isTrue();
  }

  @Test
  void ofThousandsOfWritersNoneIsSeenBehindTheSeal() throws Exception {
    AtomicInteger writing = new AtomicInteger();
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(
          Bench.start(
              () -> {
                while (gate.enter()) {
                  writing.incrementAndGet();
                  writing.decrementAndGet();
                  gate.leave();
                }
              }));
    }
    while (!gate.seal(0)) {
      Thread.onSpinWait();
    }
    assertThat(writing).hasValue(0);
    for (CompletableFuture<Void> writer : writers) {
      writer.get(20, TimeUnit.SECONDS);
    }
  }
}
