/** Calls of the C library that the JDK has no API for. */
@NullMarked
package dev.ocifs.mount.internal.ffm;

import org.jspecify.annotations.NullMarked;
