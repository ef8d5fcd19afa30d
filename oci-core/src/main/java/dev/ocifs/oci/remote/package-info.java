/** Images in registries, opened as if they were here. */
@NullMarked
package dev.ocifs.oci.remote;

import org.jspecify.annotations.NullMarked;
