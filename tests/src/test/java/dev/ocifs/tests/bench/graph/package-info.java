/** How fast cycles are found, beside the simple way. */
@NullMarked
package dev.ocifs.tests.bench.graph;

import org.jspecify.annotations.NullMarked;
