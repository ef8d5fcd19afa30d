/** What ocifs shows of whole images, against the model of the rules and against other programs. */
@NullMarked
package dev.ocifs.tests.conformance;

import org.jspecify.annotations.NullMarked;
