package dev.ocifs.layerfs.pool;

/**
 * How objects of a pool come to be, become as new, and end. The pool calls it from any thread, for
 * each object from one at a time.
 */
public interface Pooled<T> {

  /** Makes an object. What it throws goes to who acquires; the pool stays as it was. */
  T create();

  /**
   * Brings a used object back to the state of a new one, best without allocating: whatever its use
   * came to, nothing of it may show in the next.
   *
   * @return false where it cannot be brought back; the pool then closes it and makes another when
   *     one is needed. It does so, too, when this throws
   */
  boolean reset(T object);

  /** Gives back what the object holds; called once, and the last of all. */
  void close(T object);
}
