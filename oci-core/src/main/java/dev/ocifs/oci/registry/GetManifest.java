package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code GET /v2/NAME/manifests/REFERENCE}.
 *
 * <p>Source: distribution spec, "Pulling manifests". By a digest, the bytes must have it; by a tag,
 * they must have the digest that the registry says in {@code Docker-Content-Digest}. What the
 * document says it is must be what the registry says it is (CVE-2021-41190).
 */
final class GetManifest implements Operation<RawManifest> {

  /** Everything that can be an image. */
  static final String ACCEPT =
      String.join(
          ", ",
          MediaType.OCI_INDEX.value(),
          MediaType.OCI_MANIFEST.value(),
          MediaType.DOCKER_LIST.value(),
          MediaType.DOCKER_MANIFEST.value());

  private final String reference;
  private final Limits limits;

  /**
   * An operation for one manifest.
   *
   * @param reference a tag or a digest
   */
  GetManifest(String reference, Limits limits) {
    this.reference = reference;
    this.limits = limits;
  }

  @Override
  public String what() {
    return "the manifest " + reference;
  }

  @Override
  public Request request(Place place) throws IOException {
    return Request.get(place.uri("manifests/" + reference)).with("Accept", ACCEPT);
  }

  @Override
  public boolean accepts(int status) {
    return status == 200;
  }

  @Override
  public RawManifest handle(Place place, Response response) throws IOException {
    byte[] bytes = response.bytes(limits.maxDocumentBytes());
    Optional<Digest> promised = promised(response);
    Digest.Algorithm algorithm = promised.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
    Document document = Document.of(bytes, algorithm, limits);
    if (promised.isPresent() && !document.digest().equals(promised.get())) {
      throw new OcifsException(
          OcifsException.Kind.MISMATCH,
          place + " gives a manifest " + document.digest() + " for " + promised.get());
    }
    return new RawManifest(mediaType(place, response, bytes), document);
  }

  private Optional<Digest> promised(Response response) throws OcifsException {
    return reference.indexOf(':') > 0
        ? Optional.of(Digest.parse(reference))
        : contentDigest(response);
  }

  /** The digest that a registry says a content has, where it says one that is one. */
  static Optional<Digest> contentDigest(Response response) {
    Optional<String> header = response.header("Docker-Content-Digest");
    try {
      return header.isEmpty() ? Optional.empty() : Optional.of(Digest.parse(header.get().trim()));
    } catch (OcifsException e) {
      return Optional.empty();
    }
  }

  private static MediaType mediaType(Place place, Response response, byte[] bytes)
      throws OcifsException {
    Optional<String> own = Answers.mediaType(bytes);
    MediaType said = contentType(response);
    if (!said.isIndex() && !said.isManifest() && own.isPresent()) {
      return MediaType.of(own.get()); // text/plain and the like say nothing
    }
    if (own.isPresent() && !own.get().equals(said.value())) {
      throw new OcifsException(
          OcifsException.Kind.INVALID_IMAGE,
          place + " gives as " + said + " a document that says it is " + own.get());
    }
    return said;
  }

  /** The media type of an answer, without parameters. */
  static MediaType contentType(Response response) {
    String type = response.header("Content-Type").orElse("application/octet-stream");
    int parameters = type.indexOf(';');
    return MediaType.of((parameters < 0 ? type : type.substring(0, parameters)).trim());
  }
}
