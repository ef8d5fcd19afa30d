/** What it costs to write down what happens in the store. */
@NullMarked
package dev.ocifs.tests.bench.catalog;

import org.jspecify.annotations.NullMarked;
