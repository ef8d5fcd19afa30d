package dev.ocifs.layerfs.catalog;

import dev.ocifs.layerfs.batch.BatchStatistics;

/**
 * What a {@link Catalog} holds and did.
 *
 * @param images recorded
 * @param layers known, indexed or not
 * @param unindexedLayers known from images alone
 * @param objects recorded
 * @param objectBytes length of their contents
 * @param objectStoredBytes what they take in the store
 * @param fileBytes length of the file
 * @param freeBytes of it that {@link Catalog#vacuum} can give back
 * @param slowQueries statements slower than the threshold, since this catalog was made
 * @param setAside files that were damaged or of a newer version, since this catalog was made
 * @param skipped changes that were lost because the file cannot be had
 * @param writes the batches of changes
 */
public record CatalogStatistics(
    long images,
    long layers,
    long unindexedLayers,
    long objects,
    long objectBytes,
    long objectStoredBytes,
    long fileBytes,
    long freeBytes,
    long slowQueries,
    long setAside,
    long skipped,
    BatchStatistics writes) {}
