package dev.ocifs.oci.source;

import java.util.Optional;

/**
 * What is here of a blob, and what it took to get it.
 *
 * @param size bytes of the blob
 * @param presentBytes how many of them are here
 * @param fetchedBytes bytes that came from the remote since the blob was opened
 * @param servedBytes bytes that were read from the blob since then
 * @param requests requests to the remote since then
 * @param complete whether all of it is here and has the right digest: the remote is never asked
 *     again
 * @param fault what the last request failed of, if none has succeeded since, or what is wrong with
 *     the content
 */
public record RemoteState(
    long size,
    long presentBytes,
    long fetchedBytes,
    long servedBytes,
    long requests,
    boolean complete,
    Optional<String> fault) {}
