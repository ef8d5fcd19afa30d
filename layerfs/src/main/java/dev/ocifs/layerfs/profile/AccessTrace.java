package dev.ocifs.layerfs.profile;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Spans in the order in which a mount first read them, each once.
 *
 * <p>A layer is its position in the image, so a trace belongs to one chain ID, which its file name
 * has to say. Positions come from a file and may be beyond what the image has: whoever replays a
 * trace skips those. Immutable.
 */
public final class AccessTrace {
  /** The most spans of one trace. */
  public static final int MAX_EVENTS = 65_536;

  /** The most layers that a trace tells apart. */
  public static final int MAX_LAYERS = 4096;

  private static final String MAGIC = "OCIFSTRC";
  private static final String NAME = "access trace";

  /** Of a head, at most 6, and a step, at most 2. */
  private static final int MAX_EVENT_BYTES = 8;

  private static final int MAX_FILE_BYTES =
      FrameWriter.HEADER_BYTES + MAX_EVENTS * MAX_EVENT_BYTES + FrameWriter.CRC_BYTES;

  private final long[] keys;

  AccessTrace(long[] keys) {
    this.keys = keys;
  }

  /** How many spans. */
  public int size() {
    return keys.length;
  }

  /** The position in the image of the layer of the i-th span. */
  public int layer(int i) {
    return SpanKeys.layer(keys[i]);
  }

  /** The position of the i-th span in its layer's index. */
  public int span(int i) {
    return SpanKeys.span(keys[i]);
  }

  /**
   * The first spans of some layers.
   *
   * @param most how many
   * @param layers which layers, by their positions
   */
  public AccessTrace first(int most, IntPredicate layers) {
    return new AccessTrace(
        Arrays.stream(keys).filter(key -> layers.test(SpanKeys.layer(key))).limit(most).toArray());
  }

  long key(int i) {
    return keys[i];
  }

  /** As a file: FORMAT.md. */
  public byte[] encode() {
    FrameWriter out = new FrameWriter(MAGIC, keys.length);
    SpanKeys.write(keys, out);
    return out.finish();
  }

  /**
   * From a file.
   *
   * @throws OcifsException {@code STORE} when the bytes are not exactly what {@link #encode} makes
   */
  public static AccessTrace decode(byte[] file) throws OcifsException {
    FrameReader in = new FrameReader(file, MAGIC, NAME, 1);
    long[] keys = SpanKeys.read(in);
    in.end();
    return new AccessTrace(keys);
  }

  /** As {@link #decode}; reads no more than a trace can have. */
  public static AccessTrace read(Path file) throws IOException {
    return decode(FrameReader.load(file, NAME, MAX_FILE_BYTES));
  }
}
