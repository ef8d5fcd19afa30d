/** Collects small pieces of work and hands them over in batches. */
@NullMarked
package dev.ocifs.layerfs.batch;

import org.jspecify.annotations.NullMarked;
