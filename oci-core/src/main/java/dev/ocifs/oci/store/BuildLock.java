package dev.ocifs.oci.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Semaphore;

/**
 * An exclusive lock among all threads of all processes that use a store; it falls with the process
 * that holds it. Whoever acquired it closes it, from any thread. Not reentrant.
 */
public final class BuildLock implements AutoCloseable {
  private final FileChannel channel;
  private final Semaphore inProcess;
  private boolean closed;

  BuildLock(FileChannel channel, Semaphore inProcess) {
    this.channel = channel;
    this.inProcess = inProcess;
  }

  /** Releases the lock; a second call does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close(); // the kernel drops the lock with the file
    } finally {
      inProcess.release();
    }
  }
}
