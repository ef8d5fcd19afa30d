/** What is kept in memory between reads. */
@NullMarked
package dev.ocifs.layerfs.cache;

import org.jspecify.annotations.NullMarked;
