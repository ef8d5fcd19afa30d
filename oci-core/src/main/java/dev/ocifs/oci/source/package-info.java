/** Where images come from: blobs read where they lie, in OCI layouts and in archives. */
@NullMarked
package dev.ocifs.oci.source;

import org.jspecify.annotations.NullMarked;
