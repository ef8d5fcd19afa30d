/** Graphs of contents that name each other by digest, and the search for cycles in them. */
@NullMarked
package dev.ocifs.oci.graph;

import org.jspecify.annotations.NullMarked;
