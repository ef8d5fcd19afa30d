package dev.ocifs.layerfs.toc;

import dev.ocifs.oci.Compression;
import java.io.IOException;

/** A table of contents that was read from a layer, and is what somebody vouches for. */
interface Table {
  /** How the contents are compressed. */
  Compression compression();

  /** The document. */
  byte[] json();

  /** Where in the blob the contents end. */
  long contentEnd();

  /** Adds what the layer holds and the table does not list: itself, if it is a file of the tar. */
  void addRest(TableWriter writer) throws IOException;
}
