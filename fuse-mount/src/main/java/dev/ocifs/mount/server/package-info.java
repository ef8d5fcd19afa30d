/** One process that serves the mounts of a store, and how other processes hand work to it. */
@NullMarked
package dev.ocifs.mount.server;

import org.jspecify.annotations.NullMarked;
