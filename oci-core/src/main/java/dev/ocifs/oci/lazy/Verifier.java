package dev.ocifs.oci.lazy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Compares a partial blob of which nothing is missing with its digest, and makes it a blob of the
 * store: by its name where the {@link WriteGate} warrants that nobody will write the file, else by
 * a copy that is compared while it is written. Used by one thread at a time but for {@link
 * #verified}.
 */
final class Verifier {
  private static final int BUFFER_BYTES = 1 << 20;

  /** Takes the bytes of a pass over the file. */
  @FunctionalInterface
  private interface Sink {
    void accept(byte[] bytes, int length) throws IOException;
  }

  private final Store store;
  private final Digest digest;
  private final PartialBlob partial;
  private final SteadyFile file;
  private final WriteGate gate;
  private final long changesAtOpening;
  private volatile boolean verified;

  /** Made when the blob is opened, before anyone reads it. */
  Verifier(Store store, Digest digest, PartialBlob partial) {
    this.store = store;
    this.digest = digest;
    this.partial = partial;
    file = partial.file();
    gate = partial.map().gate();
    changesAtOpening = gate.changes();
  }

  /** Says that the digest was compared by one who read all of the blob since it was opened. */
  void verified() {
    verified = true;
  }

  /**
   * Compares and keeps the blob if all units are here.
   *
   * @return whether it is a blob of the store; false when units are missing, or those that an
   *     earlier process left may be to blame, which were forgotten
   * @throws OcifsException {@code MISMATCH} when what was fetched is wrong: all of it is forgotten
   */
  boolean finish() throws IOException {
    long changes = gate.changes();
    if (!partial.isWhole()) { // as long as nothing changes, it stays so
      return false;
    }
    Digest found = verified && changes == changesAtOpening ? digest : hash();
    if (found.equals(digest)) {
      found = keep(changes);
    }
    if (found.equals(digest)) {
      return true;
    }
    if (forgetWrong()) {
      return false;
    }
    throw new OcifsException(
            OcifsException.Kind.MISMATCH,
            "what was fetched of blob " + digest + " has digest " + found)
        .rule(27)
        .hint("the registry, or what stands before it, gives wrong bytes");
  }

  /**
   * Forgets what is to blame for a wrong digest: units that an earlier process left or, if there
   * are none, all.
   *
   * @return whether there were some of an earlier process
   */
  boolean forgetWrong() throws IOException {
    if (partial.dropForeign()) {
      return true;
    }
    discard();
    return false;
  }

  private Digest hash() throws IOException {
    Hasher hasher = Hasher.of(digest.algorithm());
    pass((bytes, length) -> hasher.update(bytes, 0, length));
    return hasher.digest();
  }

  private void pass(Sink sink) throws IOException {
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, partial.size())];
    for (long pos = 0; pos < partial.size(); pos += buffer.length) {
      int n = (int) Math.min(buffer.length, partial.size() - pos);
      file.read(pos, buffer, 0, n);
      sink.accept(buffer, n);
    }
  }

  /**
   * Makes it a blob of the store.
   *
   * @param changes those there were before its digest was compared
   * @return the digest of what was to be kept: it is kept if that is the right one
   */
  @SuppressWarnings("try") // the lock is held, not used
  private Digest keep(long changes) throws IOException {
    Path target = store.blob(digest);
    file.force();
    try (BuildLock lock = PartialBlob.lock(store, digest)) {
      boolean named = file.isAt(store.partialBlob(digest));
      boolean there =
          PartialBlob.hasBytes(target, partial.size()) || (named && move(target, changes));
      Digest found = there ? digest : copy(target);
      if (named && found.equals(digest)) {
        Files.deleteIfExists(store.partialBlob(digest));
        Files.deleteIfExists(store.partialMap(digest));
      }
      return found;
    }
  }

  /** Gives the file its new name; false when somebody may yet write it, or has since. */
  private boolean move(Path target, long changes) throws IOException {
    if (!gate.seal(changes)) {
      return false;
    }
    Path folder = Objects.requireNonNull(target.getParent());
    boolean moved = false;
    try {
      Files.createDirectories(folder);
      Files.move(store.partialBlob(digest), target, StandardCopyOption.ATOMIC_MOVE);
      moved = true;
    } finally {
      if (!moved) {
        gate.unseal();
      }
    }
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
    return true;
  }

  /** Makes a file that nobody else has ever written, if what it gets has the right digest. */
  private Digest copy(Path target) throws IOException {
    Hasher hasher = Hasher.of(digest.algorithm());
    try (PendingFile copy = store.create(target)) {
      pass(
          (bytes, length) -> {
            hasher.update(bytes, 0, length);
            copy.write(ByteBuffer.wrap(bytes, 0, length));
          });
      Digest found = hasher.digest();
      if (found.equals(digest)) {
        copy.commit();
      }
      return found;
    }
  }

  @SuppressWarnings("try") // the lock is held, not used
  private void discard() throws IOException {
    try (BuildLock lock = PartialBlob.lock(store, digest)) {
      if (file.isAt(store.partialBlob(digest))) {
        Files.deleteIfExists(store.partialMap(digest));
        Files.deleteIfExists(store.partialBlob(digest));
      }
    }
    partial.dropAll();
  }
}
