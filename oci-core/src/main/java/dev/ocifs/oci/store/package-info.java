/** The store: the directory that holds what ocifs keeps between runs. */
@NullMarked
package dev.ocifs.oci.store;

import org.jspecify.annotations.NullMarked;
