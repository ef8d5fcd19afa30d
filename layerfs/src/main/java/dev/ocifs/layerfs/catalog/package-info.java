/** What the store holds and how it is used, in one SQLite file that may be deleted at any time. */
@NullMarked
package dev.ocifs.layerfs.catalog;

import org.jspecify.annotations.NullMarked;
