/** What the metadata cache costs and keeps, beside simpler caches and Caffeine. */
@NullMarked
package dev.ocifs.tests.bench.cache;

import org.jspecify.annotations.NullMarked;
