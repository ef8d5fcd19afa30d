/**
 * Copies images from wherever they can be opened to registries, layouts, archives and the store.
 */
@NullMarked
package dev.ocifs.oci.copy;

import org.jspecify.annotations.NullMarked;
