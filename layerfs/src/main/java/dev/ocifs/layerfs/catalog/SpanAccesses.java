package dev.ocifs.layerfs.catalog;

/**
 * How often a span of a layer was read.
 *
 * @param span its number in the layer's index
 * @param count of accesses
 */
public record SpanAccesses(int span, long count) {}
