package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;

/** The one check that every positional read makes first. */
public final class Ranges {
  private Ranges() {}

  /**
   * Checks that the blob has the range.
   *
   * @throws OcifsException {@code IO} when it has not
   */
  public static void check(BlobSource blob, long size, long pos, int len) throws OcifsException {
    if (pos < 0 || len < 0 || pos > size - len) {
      throw new OcifsException(
          OcifsException.Kind.IO,
          blob + " has " + size + " bytes; asked for " + len + " from " + pos);
    }
  }
}
