/** The few calls of the C library that Java has no class for. */
@NullMarked
package dev.ocifs.mount.internal.ffm;

import org.jspecify.annotations.NullMarked;
