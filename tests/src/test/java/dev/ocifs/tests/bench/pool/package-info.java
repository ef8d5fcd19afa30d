/** What pooling decoders gains, beside making them and beside a queue of them. */
@NullMarked
package dev.ocifs.tests.bench.pool;

import org.jspecify.annotations.NullMarked;
