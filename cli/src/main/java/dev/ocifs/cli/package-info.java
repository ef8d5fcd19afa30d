/** Placeholder. */
@NullMarked
package dev.ocifs.cli;

import org.jspecify.annotations.NullMarked;
