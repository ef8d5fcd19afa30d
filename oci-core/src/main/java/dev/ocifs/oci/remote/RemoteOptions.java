package dev.ocifs.oci.remote;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.lazy.FetchQueue;
import dev.ocifs.oci.lazy.LazyOptions;
import java.util.Optional;

/**
 * How images of registries are got. Immutable.
 *
 * @param policy when the registry is asked what a name means
 * @param requests how many are under way to one host at most
 * @param backgroundBytesPerSecond limit for what nobody waits for, 0 for none
 * @param publishedIndexes whether indices and profiles that are published beside an image are used
 * @param pinnedIndex the digest of the artifact manifest that alone is used of them; when the
 *     registry does not have it for the image, a mount that needs an index is refused
 * @param foreignUrls whether layers that registries may not give are had from the URLs of their
 *     descriptors; the client must allow that, too
 * @param fetching how blobs are fetched
 */
public record RemoteOptions(
    Policy policy,
    int requests,
    long backgroundBytesPerSecond,
    boolean publishedIndexes,
    Optional<Digest> pinnedIndex,
    boolean foreignUrls,
    LazyOptions fetching) {

  /** Asks for what is not in the store, at full speed, and uses published indices. */
  public static final RemoteOptions DEFAULTS =
      new RemoteOptions(
          Policy.MISSING,
          FetchQueue.DEFAULT_PLACES,
          0,
          true,
          Optional.empty(),
          false,
          LazyOptions.DEFAULT);

  /** When the registry is asked what a name means. */
  public enum Policy {
    /** When the store has no image of this name. */
    MISSING,
    /** Each time. */
    ALWAYS,
    /** Never: an image that the store does not have is an error. */
    NEVER
  }

  public RemoteOptions withPolicy(Policy value) {
    return new RemoteOptions(
        value,
        requests,
        backgroundBytesPerSecond,
        publishedIndexes,
        pinnedIndex,
        foreignUrls,
        fetching);
  }

  public RemoteOptions withBackgroundRate(long bytesPerSecond) {
    return new RemoteOptions(
        policy, requests, bytesPerSecond, publishedIndexes, pinnedIndex, foreignUrls, fetching);
  }

  /** With any published index, or without. */
  public RemoteOptions withPublishedIndexes(boolean value) {
    return new RemoteOptions(
        policy, requests, backgroundBytesPerSecond, value, Optional.empty(), foreignUrls, fetching);
  }

  /** With this published index and no other. */
  public RemoteOptions withPinnedIndex(Digest artifact) {
    return new RemoteOptions(
        policy,
        requests,
        backgroundBytesPerSecond,
        true,
        Optional.of(artifact),
        foreignUrls,
        fetching);
  }

  public RemoteOptions withFetching(LazyOptions value) {
    return new RemoteOptions(
        policy,
        requests,
        backgroundBytesPerSecond,
        publishedIndexes,
        pinnedIndex,
        foreignUrls,
        value);
  }

  public RemoteOptions withForeignUrls(boolean value) {
    return new RemoteOptions(
        policy, requests, backgroundBytesPerSecond, publishedIndexes, pinnedIndex, value, fetching);
  }
}
