/** Blobs that are partly here: their bytes are fetched when they are read, and kept. */
@NullMarked
package dev.ocifs.oci.lazy;

import org.jspecify.annotations.NullMarked;
