/** Whole files of images, kept uncompressed on disk: what the kernel can read by itself. */
@NullMarked
package dev.ocifs.layerfs.files;

import org.jspecify.annotations.NullMarked;
