/** Layers that are read while their blobs are still elsewhere. */
@NullMarked
package dev.ocifs.tests.lazy;

import org.jspecify.annotations.NullMarked;
