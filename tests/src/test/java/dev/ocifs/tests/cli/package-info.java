/** The command as a user meets it: the launcher, run as a process. */
@NullMarked
package dev.ocifs.tests.cli;

import org.jspecify.annotations.NullMarked;
