/** What it takes until directories serve images, one after the other and together. */
@NullMarked
package dev.ocifs.tests.bench.mount;

import org.jspecify.annotations.NullMarked;
