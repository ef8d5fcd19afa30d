/** Speaks the FUSE protocol of the Linux kernel over /dev/fuse, without a library. */
@NullMarked
package dev.ocifs.mount.kernel;

import org.jspecify.annotations.NullMarked;
