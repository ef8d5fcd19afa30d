/** How fast layers decode, beside the JDK. */
@NullMarked
package dev.ocifs.tests.bench.codec;

import org.jspecify.annotations.NullMarked;
