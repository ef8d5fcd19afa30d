/**
 * The values that name and describe images: digests, descriptors, media types, platforms,
 * references, and the error all of ocifs throws.
 */
@NullMarked
package dev.ocifs.oci;

import org.jspecify.annotations.NullMarked;
