/** Placeholder. */
@NullMarked
package dev.ocifs.mount;

import org.jspecify.annotations.NullMarked;
