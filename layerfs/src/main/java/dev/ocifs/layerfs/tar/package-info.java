/** Reading of tar archives, byte for byte: ustar, PAX and GNU. */
@NullMarked
package dev.ocifs.layerfs.tar;

import org.jspecify.annotations.NullMarked;
