package dev.ocifs.layerfs.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the tests pool: an object that sees it when two threads use it, or one that is closed. */
final class Tool {
  private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
  volatile boolean dirty;
  volatile boolean broken;
  volatile boolean closed;

  /** One use, from the first to the last look at it. */
  void use(Runnable work) {
    assertThat(user.getAndSet(Thread.currentThread())).as("user of a lent object").isNull();
    assertThat(closed).as("closed").isFalse();
    assertThat(dirty).as("has traces of its last use").isFalse();
    dirty = true;
    work.run();
    assertThat(user.getAndSet(null)).isSameAs(Thread.currentThread());
  }

  /** Makes tools, and fails when told so. */
  static final class Maker implements Pooled<Tool> {
    final List<Tool> made = Collections.synchronizedList(new ArrayList<>());
    volatile int failAt = Integer.MAX_VALUE;

    @Override
    public Tool create() {
      if (made.size() >= failAt) {
        throw new IllegalArgumentException("cannot make number " + made.size());
      }
      Tool tool = new Tool();
      made.add(tool);
      return tool;
    }

    @Override
    public boolean reset(Tool tool) {
      if (tool.broken) {
        throw new IllegalArgumentException("cannot reset");
      }
      tool.dirty = false;
      return true;
    }

    @Override
    public void close(Tool tool) {
      assertThat(tool.closed).as("closed before").isFalse();
      tool.closed = true;
    }

    List<Tool> open() {
      return made.stream().filter(tool -> !tool.closed).toList();
    }
  }
}
