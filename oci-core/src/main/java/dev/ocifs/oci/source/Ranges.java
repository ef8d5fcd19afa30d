package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;

/** The one check that every positional read makes first. */
final class Ranges {
  private Ranges() {}

  static void check(BlobSource blob, long size, long pos, int len) throws OcifsException {
    if (pos < 0 || len < 0 || pos > size - len) {
      throw new OcifsException(
          OcifsException.Kind.IO,
          blob + " has " + size + " bytes; asked for " + len + " from " + pos);
    }
  }
}
