package dev.ocifs.layerfs.tree;

import org.jspecify.annotations.Nullable;

/**
 * Where the content of a regular file lies.
 *
 * @param layer ordinal of the layer, 0 at the base
 * @param pos position of the first stored byte in the uncompressed layer
 * @param size bytes of content, holes included
 * @param runs sparse file: data runs as pairs of offset in the file and length, ascending, stored
 *     one after the other from {@code pos}; null when all of the file is stored
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Extent(int layer, long pos, long size, long @Nullable [] runs) {}
