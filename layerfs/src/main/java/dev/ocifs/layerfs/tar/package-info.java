/** Reads a layer's tar as a stream of entries, byte for byte, in constant memory. */
@NullMarked
package dev.ocifs.layerfs.tar;

import org.jspecify.annotations.NullMarked;
