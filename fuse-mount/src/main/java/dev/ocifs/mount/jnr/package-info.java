/** The backend that speaks to libfuse 2 through jnr-fuse. */
@NullMarked
package dev.ocifs.mount.jnr;

import org.jspecify.annotations.NullMarked;
