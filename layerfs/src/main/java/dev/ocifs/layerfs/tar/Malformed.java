package dev.ocifs.layerfs.tar;

import dev.ocifs.oci.OcifsException;

/** The errors for layers that break a rule of the tar format. */
final class Malformed {
  static final int ID_RANGE = 19;
  static final int NAME_LENGTH = 20;
  static final int GRAMMAR = 22;
  static final int ENTRY_TYPE = 24;

  private Malformed() {}

  /** A header, record or sparse map that does not follow the grammar. */
  static OcifsException grammar(String what) {
    return of(GRAMMAR, what);
  }

  static OcifsException of(int rule, String what) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, "tar: " + what).rule(rule);
  }

  static OcifsException limit(String what, String option) {
    return new OcifsException(OcifsException.Kind.LIMIT, "tar: " + what)
        .hint("raise " + option + " if the image is trusted");
  }
}
