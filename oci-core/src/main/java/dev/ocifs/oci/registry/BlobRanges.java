package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of one blob of a repository. The place that gave the last range is asked first for the
 * next one; and where it redirected, the target is asked itself for a while, which saves one of two
 * requests. Thread-safe.
 */
final class BlobRanges implements RangeFetcher {

  /** How long a redirect is remembered: signed addresses live for some minutes at least. */
  private static final long SHORT_CUT_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Descriptor descriptor;
  private final List<Place> places;
  private final boolean foreignUrls;
  private final Caller caller;
  private final Time time;
  private volatile @Nullable Place best;
  private volatile @Nullable ShortCut shortCut;

  /**
   * Ranges of one blob.
   *
   * @param places never empty
   * @param foreignUrls whether the URLs of the descriptor are asked when no place has the blob
   */
  BlobRanges(
      Descriptor descriptor, List<Place> places, boolean foreignUrls, Caller caller, Time time) {
    this.descriptor = descriptor;
    this.places = places;
    this.foreignUrls = foreignUrls;
    this.caller = caller;
    this.time = time;
  }

  /** Where a place has lately sent requests for the blob. */
  private record ShortCut(Place place, URI uri, long atNanos) {}

  @Override
  public long size() {
    return descriptor.size();
  }

  @Override
  public void fetch(long pos, long len, Sink sink) throws IOException {
    if (pos < 0 || len < 0 || pos > size() - len) {
      throw new OcifsException(
          OcifsException.Kind.IO,
          this + " has " + size() + " bytes; asked for " + len + " from " + pos);
    }
    if (len == 0) {
      return;
    }
    GetRange range = new GetRange(this, descriptor, pos, len, sink);
    try {
      best = caller.first(range, inOrder()).place();
    } catch (OcifsException e) {
      if (e.kind() != OcifsException.Kind.NOT_FOUND || descriptor.urls().isEmpty()) {
        throw e;
      }
      if (!foreignUrls) {
        throw new OcifsException(
                e.kind(), e.what() + "; it is kept elsewhere: " + descriptor.urls().getFirst(), e)
            .hint("allow that with --allow-foreign-urls");
      }
      fetchForeign(range, e);
    }
  }

  /** Asks the URLs of the descriptor; on the word of the last place, but without its secrets. */
  private void fetchForeign(GetRange range, OcifsException notFound) throws IOException {
    OcifsException forbidden = null;
    for (String url : descriptor.urls()) {
      try {
        range.goElsewhere(new URI(url));
        caller.first(range, List.of(places.getLast()));
        return;
      } catch (OcifsException e) {
        if (forbidden == null && e.kind() == OcifsException.Kind.UNSUPPORTED) {
          forbidden = e; // which the user can change
        }
        notFound.addSuppressed(e);
      } catch (URISyntaxException e) {
        notFound.addSuppressed(e);
      }
    }
    throw forbidden != null ? forbidden.again() : notFound;
  }

  private List<Place> inOrder() {
    Place first = best;
    if (first == null || first.equals(places.getFirst())) {
      return places;
    }
    List<Place> order = new ArrayList<>(places);
    order.remove(first);
    order.addFirst(first);
    return order;
  }

  /** Where a place is asked for the blob: by a short cut, or itself when there is none. */
  @Nullable URI shortCut(Place place) {
    ShortCut known = shortCut;
    return known != null
            && known.place().equals(place)
            && time.nanos() - known.atNanos() < SHORT_CUT_NANOS
        ? known.uri()
        : null;
  }

  /** A place has given what was asked for, after redirects to this address or itself. */
  void answered(Place place, URI by) throws IOException {
    if (!by.equals(place.blob(descriptor.digest()))) {
      shortCut = new ShortCut(place, by, time.nanos());
    }
  }

  /** A short cut leads nowhere any more. */
  void forget(URI uri) {
    ShortCut known = shortCut;
    if (known != null && known.uri().equals(uri)) {
      shortCut = null;
    }
  }

  @Override
  public String toString() {
    return "blob " + descriptor.digest() + " of " + places.getLast();
  }
}
