package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.format.FileFormat;

/** The numbers of the layer index format; FORMAT.md has the grammar. */
final class LayerIndexFormat {
  static final FileFormat FORMAT = new FileFormat("OCIFSLYR", "layer index", 1, 1);

  static final int FACTS = 1;
  static final int ENTRIES = 2;
  static final int WINDOWS = 3;
  static final int SPANS = 4;
  static final int SPAN_DIGESTS = 5;

  /** Bytes of one row of the span table. */
  static final int SPAN_BYTES = 48;

  /** Bytes of a SHA-256. */
  static final int DIGEST_BYTES = 32;

  /** Bytes after which packed entries, or windows, are written as a piece of their section. */
  static final int PIECE_BYTES = 256 * 1024;

  /** Flags of the facts. */
  static final int KEPT = 1;

  static final int VIRTUAL = 2;

  private LayerIndexFormat() {}
}
