/**
 * Whether operations that fail half-way leave anything open: each is failed at each of its steps.
 */
@NullMarked
package dev.ocifs.tests.leaks;

import org.jspecify.annotations.NullMarked;
