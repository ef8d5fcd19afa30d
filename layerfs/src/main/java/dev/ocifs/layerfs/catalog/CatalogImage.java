package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.Digest;
import java.time.Instant;

/**
 * An image as it was last opened.
 *
 * @param name as the user wrote it
 * @param manifest the digest of its manifest
 * @param chainId of all its layers
 * @param lastUsed when it was recorded or touched last, to the millisecond
 */
public record CatalogImage(String name, Digest manifest, Digest chainId, Instant lastUsed) {}
