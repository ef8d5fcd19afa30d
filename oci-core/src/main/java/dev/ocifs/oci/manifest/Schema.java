package dev.ocifs.oci.manifest;

import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

/** What documents say about their own kind; one that claims to be another kind is refused. */
final class Schema {
  private Schema() {}

  /** Reads {@code schemaVersion}, which is 2 in everything that ocifs knows. */
  static void check(StrictJson json) throws IOException {
    long version = json.count();
    if (version == 1) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED, "the image has a Docker schema 1 manifest")
          .rule(30)
          .hint("convert it with a current version of the tool that wrote it");
    }
    if (version != 2) {
      throw json.error("schemaVersion is " + version + ", not 2");
    }
  }

  /** Reads {@code mediaType}, which may be missing but must not contradict. */
  static void checkMediaType(StrictJson json, Predicate<MediaType> fits, String wanted)
      throws IOException {
    Optional<String> mediaType = json.optionalString();
    if (mediaType.isPresent() && !fits.test(new MediaType(mediaType.get()))) {
      throw json.error("the document calls itself '" + mediaType.get() + "', not " + wanted);
    }
  }
}
