package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.RangeFetcher;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v2/NAME/blobs/DIGEST} with a {@code Range}: hands on what arrives, and remembers how
 * far it got, so that the next attempt asks for the rest only.
 *
 * <p>Source: distribution spec, "Pulling blobs"; RFC 9110, section 14. A server that answers with
 * the whole blob has its first bytes skipped. Never more than was asked for is handed on, whatever
 * is sent.
 */
final class GetRange implements Operation<Long> {
  private static final int BUFFER_BYTES = 64 << 10;

  private final BlobRanges blob;
  private final Descriptor descriptor;
  private final long start;
  private final long end;
  private final RangeFetcher.Sink sink;

  private long pos;
  private @Nullable URI shortCut;
  private @Nullable URI answeredBy;
  private @Nullable String etag;
  private @Nullable URI elsewhere;

  GetRange(BlobRanges blob, Descriptor descriptor, long pos, long len, RangeFetcher.Sink sink) {
    this.blob = blob;
    this.descriptor = descriptor;
    this.start = pos;
    this.pos = pos;
    this.end = pos + len;
    this.sink = sink;
  }

  @Override
  public String what() {
    return "bytes " + start + " to " + end + " of blob " + descriptor.digest();
  }

  @Override
  public String whenMissing() {
    return "the registry has lost it: push the image there again, or take another tag";
  }

  @Override
  public long broughtBytes() {
    return pos - start;
  }

  @Override
  public Request request(Place place) throws IOException {
    Request request = address(place);
    if (pos > 0 || end < descriptor.size()) {
      request = request.with("Range", "bytes=" + pos + "-" + (end - 1));
      if (pos > start && etag != null && request.uri().equals(answeredBy)) {
        request = request.with("If-Range", etag);
      }
    }
    return request;
  }

  private Request address(Place place) throws IOException {
    if (elsewhere != null) {
      return Request.get(elsewhere).as("the address of a layer");
    }
    if (shortCut != null) {
      blob.forget(shortCut); // the attempt by it has failed
    }
    shortCut = blob.shortCut(place);
    return shortCut != null
        ? Request.get(shortCut).as("a redirect")
        : Request.get(place.blob(descriptor.digest()));
  }

  /** Asks for what is still missing at an address that is no registry's. */
  void goElsewhere(URI address) {
    elsewhere = address;
    shortCut = null;
  }

  @Override
  public boolean accepts(int status) {
    // what a short cut refuses, the registry may give
    return status == 200 || status == 206 || status == 416 || shortCut != null;
  }

  @Override
  public Long handle(Place place, Response response) throws IOException {
    long from =
        switch (response.status()) {
          case 200 -> whole(response);
          case 206 -> part(place, response);
          case 416 -> throw shorter(place);
          default -> throw new IOException("status " + response.status() + " after a redirect");
        };
    if (response.header("Content-Encoding").filter(e -> !e.equals("identity")).isPresent()) {
      throw wrong(place, "encodes the blob, which nobody asked for");
    }
    answeredBy = response.uri();
    etag = response.header("ETag").filter(e -> e.matches("\"[\\x21\\x23-\\x7e]*\"")).orElse(null);
    copy(response, from);
    if (shortCut == null && elsewhere == null) {
      blob.answered(place, response.uri());
    }
    return pos;
  }

  /** An answer with the whole blob; returns where it begins. */
  private long whole(Response response) throws OcifsException {
    OptionalLong length = response.number("Content-Length");
    if (length.isPresent() && length.getAsLong() != descriptor.size()) {
      throw anotherSize(length.getAsLong(), response.uri().getHost());
    }
    return 0;
  }

  /** An answer with a part; returns where it begins. */
  private long part(Place place, Response response) throws OcifsException {
    Optional<ContentRange> range = response.header("Content-Range").flatMap(ContentRange::parse);
    if (range.isEmpty() || range.get().first() != pos || range.get().last() >= end) {
      throw wrong(
          place,
          "answers with '"
              + response.header("Content-Range").orElse("no Content-Range")
              + "' to a request for bytes "
              + pos
              + "-"
              + (end - 1));
    }
    OptionalLong size = range.get().size();
    if (size.isPresent() && size.getAsLong() != descriptor.size()) {
      throw anotherSize(size.getAsLong(), place.toString());
    }
    return pos;
  }

  /** Hands on what is missing of a body whose first byte stands at {@code from}. */
  private void copy(Response response, long from) throws IOException {
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, end - from)];
    long at = from;
    while (pos < end) {
      int n = response.body().read(buffer, 0, (int) Math.min(buffer.length, end - at));
      if (n < 0) {
        throw new EOFException("the body ended after " + (at - from) + " bytes");
      }
      int skipped = (int) Math.min(n, pos - at);
      if (n > skipped) {
        accept(buffer, skipped, n - skipped);
      }
      at += n;
    }
    if (response.number("Content-Length").orElse(-1) == end - from) {
      response.discard(); // nothing more is to come: the connection can be used again
    }
  }

  private void accept(byte[] buffer, int off, int len) throws SinkFailure {
    try {
      sink.accept(pos, buffer, off, len);
    } catch (IOException e) {
      throw new SinkFailure(e);
    }
    pos += len;
  }

  private OcifsException anotherSize(long size, String where) {
    return differs("has " + size + " bytes at " + where);
  }

  private OcifsException shorter(Place place) {
    return differs("ends before byte " + pos + " at " + place);
  }

  private OcifsException differs(String how) {
    return new OcifsException(
            OcifsException.Kind.MISMATCH,
            "blob "
                + descriptor.digest()
                + " "
                + how
                + ", its descriptor says "
                + descriptor.size()
                + " bytes")
        .hint("what the registry keeps is damaged: push the image there again");
  }

  private static OcifsException wrong(Place place, String what) {
    return new OcifsException(OcifsException.Kind.REMOTE, place + " " + what);
  }
}
