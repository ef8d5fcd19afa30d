/** What it gains to find opened what is asked for again. */
@NullMarked
package dev.ocifs.tests.bench.hits;

import org.jspecify.annotations.NullMarked;
