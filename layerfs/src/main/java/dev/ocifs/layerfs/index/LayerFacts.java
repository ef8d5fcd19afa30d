package dev.ocifs.layerfs.index;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;

/**
 * What is true of a layer as a whole.
 *
 * @param diffId sha256 of the uncompressed layer
 * @param blob digest of the blob as stored, in the algorithm of the descriptor
 * @param compression of the blob
 * @param blobBytes size of the blob
 * @param tarBytes size of the uncompressed layer
 * @param entries number of entries in the tar
 * @param kept whether reads go to an uncompressed copy in the store, because the compression has no
 *     checkpoints
 * @param virtual whether positions are not those of the tar but of the contents that the layer's
 *     own table of contents lists, laid one after the other. Then {@code diffId} names that
 *     sequence and no tar, so that nothing that is kept by it is taken for something of the tar;
 *     and spans have digests and no checksums
 */
public record LayerFacts(
    Digest diffId,
    Digest blob,
    Compression compression,
    long blobBytes,
    long tarBytes,
    long entries,
    boolean kept,
    boolean virtual) {}
