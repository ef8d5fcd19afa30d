/** Benchmarks of decoded spans on disk. */
@NullMarked
package dev.ocifs.tests.bench.objects;

import org.jspecify.annotations.NullMarked;
