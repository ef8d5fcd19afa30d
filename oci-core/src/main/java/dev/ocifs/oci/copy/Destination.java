package dev.ocifs.oci.copy;

import dev.ocifs.oci.source.BlobSource;
import java.io.Closeable;
import java.io.IOException;

/** A place that an image can be copied to, and what it is to be called there. Immutable. */
public interface Destination {

  /**
   * Makes ready to write an image, and finds out what would otherwise fail at the end.
   *
   * @throws dev.ocifs.oci.OcifsException {@code USAGE} when it cannot be written there
   */
  Output open(CopyPlan plan) throws IOException;

  /** As the user names it, for messages. */
  @Override
  String toString();

  /** An image that is being written: it has no name there before {@link #commit}. */
  interface Output extends Closeable {

    /** How many blobs may be put at once. */
    int concurrency();

    /**
     * Puts a blob, unless it is there already or has no place there. It is on its way to the disk
     * or verified by the registry when this returns.
     *
     * @param content read in order, by one thread at a time; the read that completes it fails when
     *     it is not that of the digest
     */
    void put(PlannedBlob blob, BlobSource content) throws IOException;

    /** Writes the manifests and gives the image its name: it is there as a whole now. */
    void commit() throws IOException;

    /** Without a commit before, removes what is not whole. */
    @Override
    void close() throws IOException;
  }
}
