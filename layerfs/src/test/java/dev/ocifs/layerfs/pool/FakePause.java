package dev.ocifs.layerfs.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** A clock that stands still but for parks, and does something before a wait when told so. */
final class FakePause implements Pause {
  long now = Long.MAX_VALUE - 5; // As nanoTime, which may run over.
  int spins;
  final List<Long> parks = new ArrayList<>();

  /** Called with the number of the wait, from 1, before it returns. */
  IntConsumer onWait = n -> {};

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void spin() {
    spins++;
    onWait.accept(waits());
  }

  @Override
  public void park(long nanos) {
    parks.add(nanos);
    now += nanos;
    onWait.accept(waits());
  }

  int waits() {
    return spins + parks.size();
  }
}
