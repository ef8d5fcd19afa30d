package dev.ocifs.layerfs.tree;

/**
 * Where the content of a regular file lies.
 *
 * @param layer ordinal of the layer, 0 at the base
 * @param pos position of the first stored byte in the uncompressed layer
 * @param size bytes of content, holes included
 * @param runs sparse file: its map, for {@link ImageTree#runCount} and those beside it; 0 when all
 *     of the file is stored
 */
public record Extent(int layer, long pos, long size, long runs) {}
