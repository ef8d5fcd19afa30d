/** Layer indices made from the tables of contents that layers carry, without reading the layers. */
@NullMarked
package dev.ocifs.layerfs.toc;

import org.jspecify.annotations.NullMarked;
