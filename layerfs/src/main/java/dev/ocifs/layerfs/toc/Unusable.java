package dev.ocifs.layerfs.toc;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;

/** The errors that say why a table of contents is of no use. */
final class Unusable {
  /** The longest table that is read, as it lies in memory: some hundred thousand entries. */
  static final int MAX_TABLE_BYTES = 48 << 20;

  private Unusable() {}

  static OcifsException because(String what) {
    return new OcifsException(
        OcifsException.Kind.INVALID_IMAGE, "its table of contents cannot be used: " + what);
  }

  static void unless(boolean holds, String otherwise) throws OcifsException {
    if (!holds) {
      throw because(otherwise);
    }
  }

  static void unlessVouched(byte[] table, Digest digest) throws OcifsException {
    unless(
        Hasher.hash(digest.algorithm(), table).equals(digest),
        "it has not the digest that the manifest promises");
  }
}
