/** Decoded spans of layers, kept on disk: the tier between the chunk cache and the layer. */
@NullMarked
package dev.ocifs.layerfs.objects;

import org.jspecify.annotations.NullMarked;
