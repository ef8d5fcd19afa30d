package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A layer of which not all is here: the rest is fetched when it is read. Thread-safe. */
public interface RemoteLayer {

  /** Whether the user wants indices to be used that somebody has published beside the image. */
  boolean takesPublishedIndex();

  /** The digest of the one artifact whose indices the user wants; any will do when empty. */
  default Optional<Digest> pinnedIndex() {
    return Optional.empty();
  }

  /**
   * The index of the layer that somebody has published beside the image; nothing vouches for it but
   * whoever may write there, unless it is {@linkplain #pinnedIndex pinned}.
   *
   * @return to be closed by the caller; empty when there is none
   * @throws dev.ocifs.oci.OcifsException when the registry does not say what there is, or does not
   *     give it; {@code NOT_FOUND} or {@code MISMATCH} when the one that is pinned is not there or
   *     is of another image
   */
  Optional<PublishedIndex> publishedIndex() throws IOException;

  /** What of it is here, and what it took. */
  RemoteState state();

  /**
   * Fetches what is missing, after whatever is read meanwhile, compares the digest of the whole,
   * and keeps it in the store.
   *
   * @param progress hears of the bytes that arrived
   * @throws dev.ocifs.oci.OcifsException {@code MISMATCH} when it is not what the digest says,
   *     {@code REMOTE} when the registry does not give it
   */
  void complete(LongConsumer progress) throws IOException;
}
