/** Reading of content: bytes of a layer at any position, by way of spans and the chunk cache. */
@NullMarked
package dev.ocifs.layerfs.read;

import org.jspecify.annotations.NullMarked;
