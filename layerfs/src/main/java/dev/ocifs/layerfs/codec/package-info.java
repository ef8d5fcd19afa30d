/**
 * How layers are compressed: decoders from the start, which leave checkpoints, and decoders from a
 * checkpoint.
 */
@NullMarked
package dev.ocifs.layerfs.codec;

import org.jspecify.annotations.NullMarked;
