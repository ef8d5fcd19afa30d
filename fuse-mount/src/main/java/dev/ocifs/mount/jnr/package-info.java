/** Serves image trees through libfuse 2 by means of jnr-fuse. */
@NullMarked
package dev.ocifs.mount.jnr;

import org.jspecify.annotations.NullMarked;
