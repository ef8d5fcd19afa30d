package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list that a registry gives page by page, each with a {@code Link} to the next.
 *
 * <p>Source: distribution spec, "Listing tags"; RFC 8288. A page that comes again ends the walk
 * with an error, and so does a list that is longer than any real one.
 */
final class Pages {
  private static final int MAX_PAGES = 10_000;

  /** Longest list in bytes of its pages. */
  private static final long MAX_BYTES = 64L << 20;

  private static final Pattern NEXT =
      Pattern.compile("<([^>]*)>[^,<]*;\\s*rel=\"?next\"?", Pattern.CASE_INSENSITIVE);

  private Pages() {}

  /**
   * One page.
   *
   * @param bytes of its document
   */
  record Page<T>(List<T> elements, long bytes, Optional<URI> next) {}

  /** The operation that gets one page. */
  interface Getter<T> {
    /**
     * Gets a page.
     *
     * @param address empty for the first one
     */
    Page<T> get(Optional<URI> address) throws IOException;
  }

  /**
   * All elements of all pages.
   *
   * @param what the list, for messages
   */
  static <T> List<T> all(String what, Getter<T> getter) throws IOException {
    List<T> all = new ArrayList<>();
    Set<URI> seen = new HashSet<>();
    long bytes = 0;
    Optional<URI> address = Optional.empty();
    do {
      Page<T> page = getter.get(address);
      all.addAll(page.elements());
      bytes += page.bytes();
      address = page.next();
      if (address.isPresent() && !seen.add(address.get())) {
        throw new OcifsException(OcifsException.Kind.REMOTE, what + " goes round in circles");
      }
      if (address.isPresent() && (seen.size() > MAX_PAGES || bytes > MAX_BYTES)) {
        throw new OcifsException(OcifsException.Kind.LIMIT, what + " does not end");
      }
    } while (address.isPresent());
    return List.copyOf(all);
  }

  /** The address of the page behind an answer. */
  static Optional<URI> next(Response response) throws OcifsException {
    for (String field : response.headers().allValues("Link")) {
      Matcher matcher = NEXT.matcher(field);
      if (matcher.find()) {
        return Optional.of(response.resolve(matcher.group(1)));
      }
    }
    return Optional.empty();
  }
}
