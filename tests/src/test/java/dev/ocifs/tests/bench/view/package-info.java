/** What a request to a mounted image costs when all it needs is in memory. */
@NullMarked
package dev.ocifs.tests.bench.view;

import org.jspecify.annotations.NullMarked;
