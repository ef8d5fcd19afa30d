/** The JSON documents of an image, read strictly, each with the bytes its digest was made of. */
@NullMarked
package dev.ocifs.oci.manifest;

import org.jspecify.annotations.NullMarked;
