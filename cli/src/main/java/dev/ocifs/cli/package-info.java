/** The ocifs command: one class a subcommand, and what they print. */
@NullMarked
package dev.ocifs.cli;

import org.jspecify.annotations.NullMarked;
