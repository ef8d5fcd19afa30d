package dev.ocifs.oci.source;

import java.io.Closeable;
import java.io.IOException;

/**
 * A set of files by name: a directory, or the members of an archive read in place. Names are
 * relative, with {@code /} between components, without {@code .} and {@code ..}.
 */
interface Folder extends Closeable {

  /** Whether the name is a regular file, links followed. */
  boolean holds(String name) throws IOException;

  /**
   * Opens a file. The caller closes it before the folder.
   *
   * @throws dev.ocifs.oci.OcifsException {@code NOT_FOUND} when there is none, {@code
   *     INVALID_IMAGE} when it is no regular file
   */
  BlobSource open(String name) throws IOException;

  /** The path on the host, for messages. */
  @Override
  String toString();
}
