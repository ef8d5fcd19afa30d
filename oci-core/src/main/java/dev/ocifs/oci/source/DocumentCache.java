package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import java.io.Closeable;
import java.io.IOException;

/**
 * Keeps parsed documents of images, found by the digests of their bytes, so that images that are
 * opened again are not parsed again. Thread-safe.
 */
public interface DocumentCache {

  /** Keeps nothing: each document is loaded. */
  DocumentCache NONE =
      new DocumentCache() {
        @Override
        public <D> Use<D> get(Class<D> type, Digest digest, long bytes, Loader<D> loader)
            throws IOException {
          return new Loaded<>(loader.load());
        }
      };

  /**
   * The document of this type and digest, which is loaded when it is absent.
   *
   * @param type {@code ImageIndex}, {@code ImageManifest} or {@code ImageConfig}
   * @param bytes how long it is
   * @return its use, which the caller closes
   * @throws IOException what the loader threw; nothing is kept then
   */
  <D> Use<D> get(Class<D> type, Digest digest, long bytes, Loader<D> loader) throws IOException;

  /** Reads, verifies and parses an absent document. */
  @FunctionalInterface
  interface Loader<D> {
    D load() throws IOException;
  }

  /** The use of one document, which is kept until it is closed. */
  interface Use<D> extends Closeable {
    D document();

    @Override
    void close();
  }

  /** A document that nobody keeps. */
  record Loaded<D>(D document) implements Use<D> {
    @Override
    public void close() {}
  }
}
