package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.OcifsException;

/**
 * Told what verifying an image finds. Calls come from several threads, but one at a time; findings
 * of one layer come in the order of its entries.
 */
public interface Review extends Finding.Sink {

  /**
   * A layer or a document is not what the image promises, documents name each other in a circle, or
   * the layers cannot be merged.
   */
  void failed(OcifsException fault);
}
