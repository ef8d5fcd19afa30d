/** The images that a store holds by name. */
@NullMarked
package dev.ocifs.oci.stored;

import org.jspecify.annotations.NullMarked;
