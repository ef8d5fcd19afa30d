package dev.ocifs.oci;

/**
 * What an image may ask for at most. The defaults are far above what real images need and bound
 * what a hostile one can cost; each has an option of the command line.
 *
 * @param maxEntries entries of all layers of an image together ({@code --max-entries})
 * @param maxLayerBytes uncompressed bytes of a layer ({@code --max-layer-bytes})
 * @param maxRatio how many times larger a layer may become uncompressed; counted above 64 MiB
 *     ({@code --max-ratio})
 * @param maxPathBytes bytes of a path ({@code --max-path-bytes})
 * @param maxPathDepth components of a path ({@code --max-path-depth})
 * @param maxPaxBytes bytes of the extension headers of an entry ({@code --max-pax-bytes})
 * @param maxDocumentBytes bytes of an index, a manifest or a config
 */
public record Limits(
    long maxEntries,
    long maxLayerBytes,
    int maxRatio,
    int maxPathBytes,
    int maxPathDepth,
    int maxPaxBytes,
    int maxDocumentBytes) {

  /** The defaults. */
  public static Limits defaults() {
    return new Limits(2_000_000, 64L << 30, 2000, 65_536, 1024, 1 << 20, 4 << 20);
  }

  public Limits withMaxEntries(long value) {
    return new Limits(
        value, maxLayerBytes, maxRatio, maxPathBytes, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

  public Limits withMaxLayerBytes(long value) {
    return new Limits(
        maxEntries, value, maxRatio, maxPathBytes, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

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

  public Limits withMaxPathBytes(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, value, maxPathDepth, maxPaxBytes, maxDocumentBytes);
  }

  public Limits withMaxPathDepth(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, maxPathBytes, value, maxPaxBytes, maxDocumentBytes);
  }

  public Limits withMaxPaxBytes(int value) {
    return new Limits(
        maxEntries, maxLayerBytes, maxRatio, maxPathBytes, maxPathDepth, value, maxDocumentBytes);
  }
}
