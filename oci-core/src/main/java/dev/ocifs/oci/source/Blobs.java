package dev.ocifs.oci.source;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import java.io.IOException;
import java.util.Optional;

/** Contents by digest, compared with what their descriptors promise. */
final class Blobs {
  private final Contents contents;
  private final Limits limits;

  Blobs(Contents contents, Limits limits) {
    this.contents = contents;
    this.limits = limits;
  }

  boolean has(Descriptor descriptor) throws IOException {
    return contents.has(descriptor);
  }

  /**
   * Opens a blob.
   *
   * @throws OcifsException {@code NOT_FOUND} when it is missing, {@code MISMATCH} when its length
   *     is not the descriptor's
   */
  BlobSource open(Descriptor descriptor) throws IOException {
    BlobSource blob = contents.open(descriptor);
    if (blob.size() != descriptor.size()) {
      blob.close();
      throw wrongSize(blob, descriptor.digest(), descriptor.size());
    }
    return blob;
  }

  /**
   * A document and what is wrong with it, so that a caller may look for the deeper reason first.
   */
  record Read(Document document, Optional<OcifsException> mismatch) {}

  /** Reads a document without trusting it. */
  Read peek(Descriptor descriptor) throws IOException {
    try (BlobSource blob = contents.open(descriptor)) {
      Document document = Document.of(bytes(blob, limits), descriptor.digest().algorithm(), limits);
      return new Read(document, document.mismatch(descriptor));
    }
  }

  /**
   * Reads a document that is what its descriptor says.
   *
   * @throws OcifsException {@code MISMATCH} when its size or its digest differs
   */
  Document document(Descriptor descriptor) throws IOException {
    Read read = peek(descriptor);
    if (read.mismatch().isPresent()) {
      throw read.mismatch().get();
    }
    return read.document();
  }

  /** The bytes of a document, whose length is checked before any of it is read. */
  static byte[] bytes(BlobSource blob, Limits limits) throws IOException {
    try {
      Document.checkLength(blob.size(), limits);
    } catch (OcifsException e) {
      throw e.entry(blob.toString());
    }
    byte[] bytes = new byte[(int) blob.size()];
    blob.readFully(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** How a blob is compressed, by its first bytes. */
  static Compression compression(BlobSource blob) throws IOException {
    byte[] head = new byte[(int) Math.min(Compression.SNIFF_BYTES, blob.size())];
    blob.readFully(0, head, 0, head.length);
    return Compression.sniff(head, head.length);
  }

  static OcifsException wrongSize(BlobSource blob, Digest digest, long promised) {
    return new OcifsException(
            OcifsException.Kind.MISMATCH,
            "blob "
                + digest
                + " has "
                + blob.size()
                + " bytes, its descriptor says "
                + promised
                + ": "
                + blob)
        .rule(27);
  }
}
