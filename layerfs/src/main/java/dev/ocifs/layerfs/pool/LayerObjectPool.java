package dev.ocifs.layerfs.pool;

import java.io.Closeable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of objects that are costly to make and cheap to reset, as the decoders of layers.
 *
 * <p>Its design:
 *
 * <ul>
 *   <li>An array of slots, each of them the {@link Lease} that is handed out. A slot is taken by
 *       one compare-and-set of its holder; there is no lock, and no allocation once the objects are
 *       made.
 *   <li>{@link #freeHint} is the slot that was released last, whose object is the warmest in the
 *       caches. Acquiring tries it first, and looks at the others only when it is held. It is but a
 *       hint: nothing breaks when it is out of date.
 *   <li>A few objects, the templates, are made with the pool; the others when all that are made are
 *       held.
 *   <li>When all slots are held, acquiring waits ({@link Backoff}). As a read must not fail because
 *       others are slow, it gives up after a while, makes an object above the bound, and opens the
 *       {@link Breaker}: until a slot is released, or some time has passed, others get such objects
 *       at once. They are closed when they come back.
 *   <li>Counters are touched only beside the straight path, and promise no order.
 * </ul>
 *
 * <p>Thread-safe. Owns its objects and closes them.
 */
public final class LayerObjectPool<T> implements Closeable {

  private static final int MOST_TEMPLATES = 10;
  private static final VarHandle FREE_HINT;

  static {
    try {
      FREE_HINT =
          MethodHandles.lookup().findVarHandle(LayerObjectPool.class, "freeHint", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Pooled<T> type;
  private final Pause pause;
  private final Breaker breaker;
  private final Lease<T>[] slots;

  /** Read and written through {@link #FREE_HINT}. */
  @SuppressWarnings("unused")
  private int freeHint;

  private volatile boolean closed;

  private final LongAdder waits = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder exhausted = new LongAdder();
  private final LongAdder created = new LongAdder();
  private final LongAdder overflow = new LongAdder();

  /**
   * Makes a pool with its templates: a quarter of {@code max}, at least one and at most ten.
   *
   * @param max objects that are kept, at least 1
   */
  public LayerObjectPool(Pooled<T> type, int max) {
    this(type, max, Pause.REAL);
  }

  LayerObjectPool(Pooled<T> type, int max, Pause pause) {
    if (max < 1) {
      throw new IllegalArgumentException("pool of " + max);
    }
    this.type = type;
    this.pause = pause;
    breaker = new Breaker(pause);
    slots = slots(max);
    try {
      for (int i = 0; i < Math.clamp(max / 4, 1, MOST_TEMPLATES); i++) {
        slots[i].object = create();
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private Lease<T>[] slots(int max) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Lease<T>[] array = new Lease[max];
    for (int i = 0; i < max; i++) {
      array[i] = new Lease<>(this, i);
    }
    return array;
  }

  /**
   * Lends an object to the calling thread, which closes the lease.
   *
   * @throws IllegalStateException when the pool is closed
   */
  public Lease<T> acquire() {
    int hint = (int) FREE_HINT.getOpaque(this);
    Lease<T> slot = slots[hint];
    if (slot.looksReady() && slot.tryHold()) {
      return checked(slot);
    }
    Lease<T> other = scan(hint);
    return other != null ? checked(other) : await();
  }

  /** Takes a slot that has an object, else one that has none. */
  private @Nullable Lease<T> scan(int hint) {
    boolean unmade = false;
    for (int n = 0, i = hint; n < slots.length; n++, i = i + 1 < slots.length ? i + 1 : 0) {
      Lease<T> slot = slots[i];
      if (slot.looksReady() && slot.tryHold()) {
        return slot;
      }
      unmade |= slot.object == null;
    }
    if (unmade) {
      for (Lease<T> slot : slots) {
        if (slot.tryHold()) {
          return slot;
        }
      }
    }
    return null;
  }

  /** Sees to it that a slot just taken has an object, and is not one of a closed pool. */
  private Lease<T> checked(Lease<T> slot) {
    if (closed) {
      release(slot);
      throw closed();
    }
    if (slot.object == null) {
      boolean made = false;
      try {
        slot.object = create();
        made = true;
      } finally {
        if (!made) {
          free(slot);
        }
      }
    }
    return slot;
  }

  private Lease<T> await() {
    if (closed) {
      throw closed();
    }
    if (breaker.isOpen()) {
      return beyondBound();
    }
    waits.increment();
    long begin = pause.nanoTime();
    try {
      Backoff backoff = new Backoff(pause);
      while (backoff.next()) {
        Lease<T> slot = scan((int) FREE_HINT.getOpaque(this));
        if (slot != null) {
          return checked(slot);
        }
        if (closed) {
          throw closed();
        }
        if (breaker.isOpen()) {
          return beyondBound();
        }
      }
    } finally {
      waitNanos.add(pause.nanoTime() - begin);
    }
    exhausted.increment();
    breaker.open();
    return beyondBound();
  }

  private Lease<T> beyondBound() {
    Lease<T> lease = new Lease<>(this, Lease.UNPOOLED);
    lease.object = create();
    lease.tryHold();
    overflow.increment();
    return lease;
  }

  private T create() {
    T object = type.create();
    created.increment();
    return object;
  }

  /** Takes back what the calling thread holds. */
  void release(Lease<T> lease) {
    if (lease.index == Lease.UNPOOLED) {
      lease.letGo();
      discard(lease);
      return;
    }
    boolean asNew = false;
    try {
      T object = lease.object;
      asNew = object == null || type.reset(object);
    } finally {
      try {
        if (!asNew) {
          discard(lease);
        }
      } finally {
        free(lease);
      }
    }
  }

  /** Makes a slot of the calling thread's nobody's. */
  private void free(Lease<T> slot) {
    slot.letGo();
    if (closed) {
      retire(slot);
      return;
    }
    if ((int) FREE_HINT.getOpaque(this) != slot.index) {
      FREE_HINT.setOpaque(this, slot.index);
    }
    breaker.close();
  }

  /**
   * Takes a slot of the closed pool out of use, if nobody holds it. Closing says that it is closed
   * and then looks at the slots; releasing lets go of the slot and then looks whether it is closed:
   * so one of the two sees the other, and both only one of them gets the slot.
   */
  private void retire(Lease<T> slot) {
    if (slot.tryRetire()) {
      discard(slot);
    }
  }

  private void discard(Lease<T> lease) {
    T object = lease.object;
    lease.object = null;
    if (object != null) {
      type.close(object);
    }
  }

  /** What it has done so far. */
  public PoolMetrics metrics() {
    int inUse = 0;
    for (Lease<T> slot : slots) {
      inUse += slot.isHeld() ? 1 : 0;
    }
    return new PoolMetrics(
        inUse,
        slots.length,
        waits.sum(),
        waitNanos.sum(),
        exhausted.sum(),
        created.sum(),
        overflow.sum());
  }

  /** Closes the objects that nobody holds now, and the others when they are released. */
  @Override
  public void close() {
    closed = true;
    for (Lease<T> slot : slots) {
      retire(slot);
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("pool is closed");
  }
}
