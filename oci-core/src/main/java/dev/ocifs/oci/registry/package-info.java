/** Images in registries: the client of the OCI distribution protocol. */
@NullMarked
package dev.ocifs.oci.registry;

import org.jspecify.annotations.NullMarked;
