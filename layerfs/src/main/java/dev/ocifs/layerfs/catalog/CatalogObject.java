package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.Digest;
import java.time.Instant;

/**
 * A content that was unpacked into the store.
 *
 * @param key the digest of the content
 * @param kind of data, as the one who stored it calls it
 * @param bytes length of the content
 * @param storedBytes what it takes in the store
 * @param lastUsed when it was used last, to the millisecond
 * @param uses how often it was used
 */
public record CatalogObject(
    Digest key, String kind, long bytes, long storedBytes, Instant lastUsed, long uses) {}
