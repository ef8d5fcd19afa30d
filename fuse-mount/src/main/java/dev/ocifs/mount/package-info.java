/** Showing image views at directories: mounting, unmounting, and what is mounted. */
@NullMarked
package dev.ocifs.mount;

import org.jspecify.annotations.NullMarked;
