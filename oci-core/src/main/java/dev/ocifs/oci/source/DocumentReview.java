package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;

/** Told what is wrong with the documents around an image, and which of them are elsewhere. */
public interface DocumentReview {

  /** A document is not what names it promises, breaks its format, or leads round in a circle. */
  void failed(OcifsException fault);

  /**
   * Something that is allowed.
   *
   * @param document which document it is about
   * @param text what there is to know, one line
   */
  void noted(Digest document, String text);
}
