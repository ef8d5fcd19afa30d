package dev.ocifs.layerfs.batch;

/**
 * What a {@link BatchProcessor} did so far. Between two batches {@code queued} is {@code admitted -
 * delivered - failed - evicted}.
 *
 * @param admitted items that were queued
 * @param delivered items that the sink took
 * @param failed items that the sink refused, alone or as a part of a batch; each was logged
 * @param dropped items of {@link Priority#LOW} that were lost to a full queue, old and new
 * @param evicted those of {@code dropped} that had been queued before
 * @param refused items that came after closing
 * @param batches calls of the sink that succeeded
 * @param failures calls of the sink that failed
 * @param largestBatch items of the largest batch that succeeded
 * @param queued items that wait now
 */
public record BatchStatistics(
    long admitted,
    long delivered,
    long failed,
    long dropped,
    long evicted,
    long refused,
    long batches,
    long failures,
    int largestBatch,
    int queued) {}
