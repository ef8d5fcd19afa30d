package dev.ocifs.oci.source;

/**
 * How much of a blob is here, and what it took.
 *
 * @param size of the blob, in bytes
 * @param present bytes of it that are here
 * @param fetched bytes that came from the registry since the process began
 * @param served bytes of it that were read since then
 * @param requests that went to the registry since then
 * @param complete whether all of it is here and has the digest that it should
 */
public record RemoteState(
    long size, long present, long fetched, long served, long requests, boolean complete) {}
