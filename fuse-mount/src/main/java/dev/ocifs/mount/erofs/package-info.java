/**
 * EROFS metadata images whose files point into uncompressed layers, and their mounts, which the
 * kernel serves alone.
 */
@NullMarked
package dev.ocifs.mount.erofs;

import org.jspecify.annotations.NullMarked;
