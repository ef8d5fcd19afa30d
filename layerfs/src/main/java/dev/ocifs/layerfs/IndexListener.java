package dev.ocifs.layerfs;

/**
 * Is told how indexing gets on. Called from several threads at once; what it does takes time from
 * indexing.
 */
public interface IndexListener {

  /** A listener that does nothing. */
  IndexListener NONE =
      new IndexListener() {
        @Override
        public void started(String image, long blobBytes) {}

        @Override
        public void progressed(long blobBytes) {}

        @Override
        public void finished() {}
      };

  /**
   * Layers of the image have to be read. Not called when all are indexed.
   *
   * @param blobBytes the sizes of their blobs together
   */
  void started(String image, long blobBytes);

  /** So many more bytes of blobs have been read. */
  void progressed(long blobBytes);

  /** All layers have been read, or reading has failed. Called once after each {@link #started}. */
  void finished();
}
