package dev.ocifs.oci;

/**
 * Bounds that protect against hostile images. The defaults are far above every real image; the
 * error that a bound causes has kind {@code LIMIT} and names the option that raises it.
 *
 * <p>Immutable.
 *
 * @param maxEntries entries of one layer, and members of one archive
 * @param maxLayerBytes length of one uncompressed layer, or unwrapped archive, in bytes
 * @param maxRatio uncompressed bytes per compressed byte over a whole layer; counted only beyond
 *     {@link #RATIO_FREE_BYTES} of output
 * @param maxPathBytes length of one path in bytes
 * @param maxPathDepth components of one path
 * @param maxPaxBytes size of the records of one PAX header, or of one GNU long name, in bytes
 * @param maxDocumentBytes length of one JSON document in bytes
 */
public record Limits(
    long maxEntries,
    long maxLayerBytes,
    int maxRatio,
    int maxPathBytes,
    int maxPathDepth,
    int maxPaxBytes,
    int maxDocumentBytes) {

  /** Output that is always allowed before {@link #maxRatio} counts, in bytes. */
  public static final long RATIO_FREE_BYTES = 64L << 20;

  /** What applies unless the user asks otherwise. */
  public static final Limits DEFAULT =
      new Limits(2_000_000, 64L << 30, 2000, 65_536, 1024, 1 << 20, 4 << 20);

  public Limits {
    if (maxEntries < 1
        || maxLayerBytes < 1
        || maxRatio < 1
        || maxPathBytes < 1
        || maxPathDepth < 1
        || maxPaxBytes < 1
        || maxDocumentBytes < 1) {
      throw new IllegalArgumentException("a limit is less than 1");
    }
  }

  /**
   * Refuses a layer that is too long, or too much longer than its blob.
   *
   * @param out bytes of the uncompressed layer, or as many as have come
   * @param in bytes of the blob, or as many as it took
   * @throws OcifsException {@code LIMIT}
   */
  public void checkLayerBytes(long out, long in) throws OcifsException {
    if (out > maxLayerBytes) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the layer has more than " + maxLayerBytes + " bytes uncompressed")
          .hint("if you trust it, raise --max-layer-bytes");
    }
    if (out > RATIO_FREE_BYTES && out / Math.max(1, in) >= maxRatio) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              "the layer becomes more than " + maxRatio + " times larger uncompressed")
          .hint("if you trust it, raise --max-ratio");
    }
  }

  /** The error for a layer of more entries than {@link #maxEntries}. */
  public OcifsException tooManyEntries() {
    return new OcifsException(
            OcifsException.Kind.LIMIT, "the layer has more than " + maxEntries + " entries")
        .hint("if you trust it, raise --max-entries");
  }

  /** These limits with another number of entries; option {@code --max-entries}. */
  public Limits withMaxEntries(long value) {
    return new Limits(
        value, maxLayerBytes, maxRatio, maxPathBytes, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

  /** These limits with another layer length in bytes; option {@code --max-layer-bytes}. */
  public Limits withMaxLayerBytes(long value) {
    return new Limits(
        maxEntries, value, maxRatio, maxPathBytes, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

  /** These limits with another ratio; option {@code --max-ratio}. */
  public Limits withMaxRatio(int value) {
    return new Limits(
        maxEntries,
        maxLayerBytes,
        value,
        maxPathBytes,
        maxPathDepth,
        maxPaxBytes,
        maxDocumentBytes);
  }

  /** These limits with another path length in bytes; option {@code --max-path-bytes}. */
  public Limits withMaxPathBytes(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, value, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

  /** These limits with another number of path components; option {@code --max-path-depth}. */
  public Limits withMaxPathDepth(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, maxPathBytes, value, maxPaxBytes, maxDocumentBytes);
  }

  /**
   * These limits with another length of extended headers in bytes; option {@code --max-pax-bytes}.
   */
  public Limits withMaxPaxBytes(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, maxPathBytes, maxPathDepth, value, maxDocumentBytes);
  }
}
