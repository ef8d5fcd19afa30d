package dev.ocifs.oci.registry;

import dev.ocifs.oci.Limits;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * {@code GET /v2/NAME/tags/list}: one page of it.
 *
 * <p>Source: distribution spec, "Listing tags".
 */
final class ListTags implements Operation<Pages.Page<String>> {
  private final Optional<URI> page;
  private final Limits limits;

  ListTags(Optional<URI> page, Limits limits) {
    this.page = page;
    this.limits = limits;
  }

  @Override
  public String what() {
    return "the list of tags";
  }

  @Override
  public Request request(Place place) throws IOException {
    return page.isPresent()
        ? Request.get(page.get()).as("the next page")
        : Request.get(place.uri("tags/list"));
  }

  @Override
  public boolean accepts(int status) {
    return status == 200;
  }

  @Override
  public Pages.Page<String> handle(Place place, Response response) throws IOException {
    byte[] bytes = response.bytes(limits.maxDocumentBytes());
    return new Pages.Page<>(
        Answers.tags(place.toString(), bytes), bytes.length, Pages.next(response));
  }
}
