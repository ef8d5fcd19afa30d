package dev.ocifs.layerfs.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An object of a {@link LayerObjectPool} in the hands of one thread: the one that acquired it, from
 * then until it closes the lease. No other may use or close it.
 *
 * <p>A lease is a slot of the pool and is handed out again, so that acquiring allocates nothing. To
 * use it or close it a second time is an IllegalStateException, unless the same thread has acquired
 * the same slot again meanwhile: so keep it in a try statement, and nowhere else.
 */
public final class Lease<T> implements AutoCloseable {

  private static final VarHandle HOLDER;

  static {
    try {
      HOLDER = MethodHandles.lookup().findVarHandle(Lease.class, "holder", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Holds a slot for ever when the pool is closed. */
  private static final Object CLOSED = new Object();

  /** The place among the slots, or {@link #UNPOOLED}. */
  final int index;

  static final int UNPOOLED = -1;

  private final LayerObjectPool<T> pool;

  /**
   * The thread whose slot this is; null while it is nobody's. Who brings it from null to anything
   * has the slot and all its fields, so that this is its lock; and as a thread sees its own writes,
   * it is the proof of who holds it.
   */
  private volatile @Nullable Object holder;

  /** Null where none has been made yet. */
  @Nullable T object;

  Lease(LayerObjectPool<T> pool, int index) {
    this.pool = pool;
    this.index = index;
  }

  /**
   * The object.
   *
   * @throws IllegalStateException when the calling thread does not hold the lease
   */
  public T get() {
    T held = object;
    if (held == null || !isHeldBy(Thread.currentThread())) {
      throw notHeld();
    }
    return held;
  }

  /**
   * Gives the object back.
   *
   * @throws IllegalStateException when the calling thread does not hold the lease
   */
  @Override
  public void close() {
    if (!isHeldBy(Thread.currentThread())) {
      throw notHeld();
    }
    pool.release(this);
  }

  /** Takes the slot for the calling thread if it is nobody's. */
  boolean tryHold() {
    return holder == null && HOLDER.compareAndSet(this, null, Thread.currentThread());
  }

  /** Takes the slot out of use if it is nobody's. */
  boolean tryRetire() {
    return HOLDER.compareAndSet(this, null, CLOSED);
  }

  /** Makes the slot nobody's; in the order of volatile writes, which closing depends on. */
  void letGo() {
    holder = null;
  }

  /** Whether it is nobody's and has an object; true or false may be past when it returns. */
  boolean looksReady() {
    return holder == null && object != null;
  }

  boolean isHeld() {
    return holder instanceof Thread;
  }

  @SuppressWarnings("ReferenceEquality") // a thread is nobody else
  private boolean isHeldBy(Thread thread) {
    return holder == thread;
  }

  private static IllegalStateException notHeld() {
    return new IllegalStateException("lease is not held by this thread: closed before, or lent");
  }
}
