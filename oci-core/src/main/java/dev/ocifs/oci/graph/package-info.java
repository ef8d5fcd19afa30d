/** Graphs of contents that refer to each other by digest. */
@NullMarked
package dev.ocifs.oci.graph;

import org.jspecify.annotations.NullMarked;
