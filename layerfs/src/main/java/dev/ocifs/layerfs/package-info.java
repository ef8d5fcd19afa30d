/** The door of the library: an image opened as one merged, read-only tree. */
@NullMarked
package dev.ocifs.layerfs;

import org.jspecify.annotations.NullMarked;
