package dev.ocifs.tests.image;

/** A promise of an image's documents that its blobs break. */
public enum Lie {
  /** The top layer's descriptor says one byte more than the blob has. */
  LAYER_SIZE,
  /** The top layer's blob has a byte changed. */
  LAYER_CONTENT,
  /** The top layer's blob has a byte appended, and its descriptor says so. */
  LAYER_TAIL,
  LAYER_MISSING,
  /** The config promises another diffID for the top layer. */
  DIFF_ID,
  CONFIG_SIZE,
  CONFIG_CONTENT,
  CONFIG_MISSING,
  MANIFEST_SIZE,
  MANIFEST_CONTENT,
  MANIFEST_MISSING
}
