package dev.ocifs.layerfs;

import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.OcifsException;

/**
 * Told what verifying an image finds. Calls come from several threads, but one at a time; findings
 * of one layer come in the order of its entries.
 */
public interface Review extends Finding.Sink {

  /** A layer is not what the image promises, or the layers cannot be merged. */
  void failed(OcifsException fault);
}
