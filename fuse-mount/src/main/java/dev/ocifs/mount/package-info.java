/** Mounts image trees at directories, and finds, explains and undoes mounts. */
@NullMarked
package dev.ocifs.mount;

import org.jspecify.annotations.NullMarked;
