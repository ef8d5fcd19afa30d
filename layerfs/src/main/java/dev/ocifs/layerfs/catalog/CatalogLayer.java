package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.Digest;
import java.time.Instant;

/**
 * A layer that was indexed.
 *
 * @param diffId the digest of its tar
 * @param blob the digest of its blob, as it was stored when it was indexed
 * @param compressedBytes length of the blob
 * @param tarBytes length of the tar
 * @param entries members of the tar
 * @param indexedAt when its index was made, to the millisecond
 */
public record CatalogLayer(
    Digest diffId,
    Digest blob,
    long compressedBytes,
    long tarBytes,
    long entries,
    Instant indexedAt) {}
