/**
 * The container that layer indices and image trees share: sections of bytes, mapped, with
 * checksums.
 */
@NullMarked
package dev.ocifs.layerfs.format;

import org.jspecify.annotations.NullMarked;
