package dev.ocifs.mount.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A connection to the kernel, over which requests come and answers go. An answer goes over the
 * device that its request came from. Thread-safe.
 */
interface Device extends Closeable {
  /**
   * Waits for a request.
   *
   * @return its length in bytes, or a negated errno: ENODEV when the connection has ended
   */
  int read(MemorySegment buffer);

  /**
   * Sends an answer, the first {@code length} bytes.
   *
   * @return 0, or a negated errno
   */
  int write(MemorySegment buffer, long length);

  /** Another device of the same connection, with a queue of its own where the kernel allows it. */
  Device another();

  /**
   * Makes a file one that the kernel can read in place of one of the mount's.
   *
   * @return a number for it, above 0, which lives until {@link #closeBacking} or the connection's
   *     end; or a negated errno
   */
  int openBacking(Path file);

  /** Gives a number up that {@link #openBacking} gave; open files keep what it stood for. */
  void closeBacking(int id);

  /** Closes this device; the connection ends with its last one. */
  @Override
  void close() throws IOException;
}
