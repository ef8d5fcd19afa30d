package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.RemoteLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A blob that is opened when it is read, and verified while it is: the read that completes it fails
 * when the digest is another one, so that nobody gets all of a wrong blob. Meant to be read in
 * order; bytes that are read again are not looked at again. What has failed fails for ever.
 *
 * <p>Thread-safe, as senders read on threads of their own.
 */
final class VerifiedBlob implements BlobSource {
  private final PlannedBlob blob;
  private final CopyProgress progress;
  private final BooleanSupplier stopped;
  private final Hasher hasher;
  private long verifiedPos;
  private @Nullable BlobSource opened;
  private @Nullable IOException failure;
  private @Nullable RuntimeException ending;

  /**
   * @param stopped whether nobody wants it any more, so that reads are to fail
   */
  VerifiedBlob(PlannedBlob blob, CopyProgress progress, BooleanSupplier stopped) {
    this.blob = blob;
    this.progress = progress;
    this.stopped = stopped;
    this.hasher = Hasher.of(blob.digest().algorithm());
  }

  @Override
  public long size() {
    return blob.size();
  }

  /** Through the page cache, which reads ahead while the caller hashes and writes. */
  @Override
  public synchronized void readFully(long pos, byte[] dst, int off, int len) throws IOException {
    rethrow();
    try {
      if (stopped.getAsBoolean()) {
        throw new OcifsException(OcifsException.Kind.IO, "the copying was given up");
      }
      open().readFully(pos, dst, off, len);
      take(pos, dst, off, len);
    } catch (OcifsException e) {
      failure = e.layer(blob.digest());
      throw e;
    } catch (IOException e) {
      failure = e;
      throw e;
    } catch (RuntimeException e) {
      ending = e;
      throw e;
    }
  }

  private BlobSource open() throws IOException {
    if (opened == null) {
      Optional<RemoteLayer> remote = blob.remote().get();
      if (remote.isPresent()) {
        fetch(remote.get());
      }
      BlobSource source = blob.opener().open();
      opened = source;
      progress.started(blob.digest(), CopyProgress.Step.WRITE, blob.size());
    }
    return opened;
  }

  private void fetch(RemoteLayer remote) throws IOException {
    long missing = blob.size() - remote.state().presentBytes();
    progress.started(blob.digest(), CopyProgress.Step.FETCH, missing);
    remote.complete(
        bytes -> {
          if (stopped.getAsBoolean()) {
            throw new CancellationException("the copying was given up");
          }
          progress.advanced(blob.digest(), bytes);
        });
  }

  /** Counts what was read for the first time, if it follows what was read before. */
  private void take(long pos, byte[] dst, int off, int len) throws OcifsException {
    int known = (int) Math.min(len, verifiedPos - pos);
    if (known < 0 || known == len) {
      return;
    }
    hasher.update(dst, off + known, len - known);
    verifiedPos += len - known;
    progress.advanced(blob.digest(), len - known);
    if (verifiedPos == blob.size()) {
      compare(hasher.digest());
    }
  }

  private void compare(Digest found) throws OcifsException {
    if (!found.equals(blob.digest())) {
      throw new OcifsException(OcifsException.Kind.MISMATCH, opened + " has the digest " + found)
          .rule(27);
    }
  }

  /** An empty blob is never read. */
  synchronized void checkEmpty() throws IOException {
    if (blob.size() == 0) {
      try (BlobSource source = open()) {
        compare(hasher.digest());
      } catch (OcifsException e) {
        throw e.layer(blob.digest());
      }
    }
  }

  /** Throws what a read has thrown, which those in between may have taken for something else. */
  synchronized void rethrow() throws IOException {
    if (ending != null) {
      throw ending;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Whether it was needed. */
  synchronized boolean wasRead() {
    return opened != null;
  }

  /** Opens it: a blob that had to be fetched is then a file of the store. */
  @Override
  public synchronized Optional<Path> wholeFile() {
    try {
      return open().wholeFile();
    } catch (IOException e) {
      failure = e;
      return Optional.empty();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public String toString() {
    return "blob " + blob.digest();
  }
}
