/** The check of a store: every file of it, what they say of each other, and their repair. */
@NullMarked
package dev.ocifs.layerfs.check;

import org.jspecify.annotations.NullMarked;
