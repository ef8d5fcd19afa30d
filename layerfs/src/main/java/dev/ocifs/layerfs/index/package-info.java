/**
 * The layer index: what one pass over a layer's blob leaves on disk, so that the blob need never be
 * read whole again.
 */
@NullMarked
package dev.ocifs.layerfs.index;

import org.jspecify.annotations.NullMarked;
