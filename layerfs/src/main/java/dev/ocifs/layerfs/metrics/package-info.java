/** What the engine tells about itself: counters, timings, events and where they can be read. */
@NullMarked
package dev.ocifs.layerfs.metrics;

import org.jspecify.annotations.NullMarked;
