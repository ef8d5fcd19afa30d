package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.DocumentReview;

/** Tells a review what is wrong or odd about the documents around an image. */
record DocumentFindings(String image, Review review) implements DocumentReview {
  @Override
  public void failed(OcifsException fault) {
    review.failed(fault.image(image));
  }

  @Override
  public void noted(Digest document, String text) {
    review.found(new Finding(0, Finding.Severity.NOTE, document, new byte[0], text));
  }
}
