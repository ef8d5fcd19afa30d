package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a blob of which nothing is missing a file of the store: compares the whole with its digest,
 * once for all who ask at the same time. Thread-safe.
 */
final class Completion {
  private final Store store;
  private final Digest digest;
  private final PartialBlob partial;
  private final Verifier verifier;
  private final Faults faults;

  /** Held while the whole is compared, and while the files are closed. Taken alone. */
  private final Object finishing = new Object();

  private boolean closed;

  /** What the last comparison failed of, and how many did. */
  private @Nullable IOException failure;

  private int failures;

  private volatile @Nullable FileBlob whole;

  Completion(Store store, Digest digest, PartialBlob partial, Faults faults) {
    this.store = store;
    this.digest = digest;
    this.partial = partial;
    verifier = new Verifier(store, digest, partial);
    this.faults = faults;
  }

  /** The blob as a file of the store; null until it is one. */
  @Nullable FileBlob whole() {
    return whole;
  }

  /** Says that the digest was compared by one who read all of the blob since it was opened. */
  void verified() {
    verifier.verified();
  }

  /** Finishes in a thread of its own. What comes of it is seen by who asks for it. */
  void finishSoon() {
    Thread ignored = Thread.ofVirtual().name("ocifs-finish").start(this::finishQuietly);
  }

  private void finishQuietly() {
    try {
      boolean ignored = finish();
    } catch (IOException e) {
      // It is the fault of the blob's state, and that of whoever waits for completion.
    }
  }

  /**
   * Compares the blob if nothing is missing, and keeps it.
   *
   * @return whether it is a file of the store now
   * @throws OcifsException {@code MISMATCH} when the bytes are not those of the digest, {@code
   *     STORE} when they cannot be kept
   */
  boolean finish() throws IOException {
    synchronized (finishing) {
      if (whole != null) {
        return true;
      }
      if (closed) {
        throw new OcifsException(OcifsException.Kind.IO, "blob " + digest + " was closed");
      }
      try {
        if (!verifier.finish()) {
          return false;
        }
        whole = FileBlob.open(store.blob(digest));
        return true;
      } catch (IOException e) {
        failure = e;
        failures++;
        faults.contentFailed(e);
        throw e;
      }
    }
  }

  /**
   * Says that the digest was compared by one who read all of the blob, and is another.
   *
   * @return whether what was wrong may have come from an earlier process, and was forgotten
   */
  boolean refuted() throws IOException {
    synchronized (finishing) {
      return whole == null && !closed && verifier.forgetWrong();
    }
  }

  /** How many comparisons have failed so far. */
  int failures() {
    synchronized (finishing) {
      return failures;
    }
  }

  /** Throws what the last comparison failed of, if more have failed than were known. */
  void throwNewFailure(int known) throws IOException {
    synchronized (finishing) {
      if (failures > known && failure != null) {
        throw failure;
      }
    }
  }

  /** Closes all files, after a comparison that is under way was made to fail. */
  void close() throws IOException {
    try {
      partial.closeFile();
    } finally {
      synchronized (finishing) {
        closed = true;
        try {
          partial.close();
        } finally {
          FileBlob all = whole;
          if (all != null) {
            all.close();
          }
        }
      }
    }
  }
}
