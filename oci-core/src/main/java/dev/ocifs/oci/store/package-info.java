/** The store root on disk: where derived data lies, how it is written, and who may write it. */
@NullMarked
package dev.ocifs.oci.store;

import org.jspecify.annotations.NullMarked;
