/** Objects that are costly to make, kept to be used again by one thread at a time. */
@NullMarked
package dev.ocifs.layerfs.pool;

import org.jspecify.annotations.NullMarked;
