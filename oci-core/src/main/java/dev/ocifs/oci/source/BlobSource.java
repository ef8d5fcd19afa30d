package dev.ocifs.oci.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The bytes of one blob, readable at any position: a file, a member of an archive that lies in a
 * file, or a range of something that is itself a {@code BlobSource}.
 *
 * <p>Reads are positional and share no state: any number of threads may read at once. Whoever
 * opened the source closes it; reads after that fail. Nothing here verifies content: that is the
 * work of whoever knows the digest.
 */
public interface BlobSource extends Closeable {

  /** The length of the blob in bytes. */
  long size();

  /**
   * Fills {@code dst[off, off + len)} with the bytes of the blob from {@code pos}.
   *
   * @throws IOException when the range reaches beyond {@link #size}, when the file has become
   *     shorter, or when the read fails; what {@code dst} then holds is undefined
   */
  void readFully(long pos, byte[] dst, int off, int len) throws IOException;

  /**
   * As {@link #readFully}, for a pass that reads every byte once: what it reads need not stay in
   * the page cache.
   */
  default void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
    readFully(pos, dst, off, len);
  }

  /**
   * Says that the calling thread is about to read this range, so that what must be fetched for it
   * can be fetched at once. Waits for nothing and fails of nothing.
   */
  default void expect(long pos, long len) {}

  /**
   * Says that the bytes of this range were read and are wrong.
   *
   * @return whether another read may give others; false when there is nothing to be done
   */
  default boolean suspect(long pos, long len) {
    return false;
  }

  /**
   * Whether the bytes lie where nobody but the user changes them. Where they do not, as when they
   * come from a registry, each range must be compared with a digest before it is used.
   */
  default boolean trusted() {
    return true;
  }

  /**
   * Says that one thread has read every byte of the blob by {@link #readOnce}, and that they have
   * the digest which the blob should have.
   */
  default void verified() throws IOException {}

  /**
   * Says that one thread has read every byte of the blob by {@link #readOnce}, and that they do not
   * have the digest which the blob should have.
   *
   * @return whether reading all of it again may give others; false when there is nothing to be done
   */
  default boolean refuted() throws IOException {
    return false;
  }

  /** The file whose bytes, all of them, the blob is; empty when there is none such. */
  default Optional<Path> wholeFile() {
    return Optional.empty();
  }

  /** Where the bytes are, for messages: the path of the file, and of the member in it. */
  @Override
  String toString();
}
