/** The performance target: what is faster or smaller than what, by which ratio, and its proof. */
@NullMarked
package dev.ocifs.tests.bench;

import org.jspecify.annotations.NullMarked;
