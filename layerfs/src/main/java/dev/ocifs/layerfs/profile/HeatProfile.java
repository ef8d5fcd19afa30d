package dev.ocifs.layerfs.profile;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How likely a mount is to read each span, learnt from the mounts before, in the order in which the
 * last ones read them.
 *
 * <p>The heat of a span is the sum, over the traces that have it, of {@code decay} to the power of
 * how many came since: 1 for one mount just now, 1 / (1 - decay) for one that every mount reads. In
 * a file it is one of 256 levels between the least and the greatest, thus off by at most a 510th of
 * their difference.
 *
 * <p>Layers are positions in the image, as in an {@link AccessTrace}. Immutable.
 */
public final class HeatProfile {
  /** Forgets half of what it knew in three mounts. */
  public static final float DEFAULT_DECAY = 0.8f;

  private static final String MAGIC = "OCIFSHET";
  private static final String NAME = "heat profile";
  private static final int LEVELS = 255;

  /** A span colder than this is forgotten: the trace of one mount 18 mounts ago, at 0.8. */
  private static final float MIN_HEAT = 1f / 64;

  /** Where adding 1 changes a float no more. */
  private static final float MAX_HEAT = 1 << 24;

  private static final int MAX_FILE_BYTES =
      FrameWriter.HEADER_BYTES + 8 + AccessTrace.MAX_EVENTS * 9 + FrameWriter.CRC_BYTES;

  private static final HeatProfile EMPTY = new HeatProfile(new long[0], new float[0]);

  private final long[] keys;
  private final float[] heat;

  private HeatProfile(long[] keys, float[] heat) {
    this.keys = keys;
    this.heat = heat;
  }

  /** The profile of an image that nobody has read. */
  public static HeatProfile empty() {
    return EMPTY;
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

  /** The heat of the i-th span, above 0. */
  public float heat(int i) {
    return heat[i];
  }

  /**
   * This profile after one more mount. The spans of its trace come first, in their order, then the
   * others in theirs; of more than {@link AccessTrace#MAX_EVENTS} the coldest are forgotten.
   *
   * @param decay what heat is multiplied with first, from 0 to less than 1
   */
  public HeatProfile plus(AccessTrace newest, float decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("decay " + decay);
    }
    Map<Long, Float> merged = new LinkedHashMap<>();
    for (int i = 0; i < newest.size(); i++) {
      merged.put(newest.key(i), 1f);
    }
    for (int i = 0; i < keys.length; i++) {
      float left = heat[i] * decay;
      if (left >= MIN_HEAT || merged.containsKey(keys[i])) {
        merged.merge(keys[i], left, Float::sum);
      }
    }
    long[] newKeys = new long[merged.size()];
    float[] newHeat = new float[merged.size()];
    int size = 0;
    for (Map.Entry<Long, Float> entry : merged.entrySet()) {
      newKeys[size] = entry.getKey();
      newHeat[size++] = entry.getValue();
    }
    return new HeatProfile(newKeys, newHeat).keep(AccessTrace.MAX_EVENTS);
  }

  /** The {@code n} hottest spans, in the order of first use: what to fetch before it is asked. */
  public AccessTrace hottest(int n) {
    return new AccessTrace(keep(n).keys);
  }

  private HeatProfile keep(int n) {
    if (n >= keys.length) {
      return this;
    }
    // Of equally hot spans the first wins: the sort is stable.
    int[] kept =
        IntStream.range(0, keys.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -heat[i]))
            .limit(n)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    long[] keptKeys = new long[n];
    float[] keptHeat = new float[n];
    for (int i = 0; i < n; i++) {
      keptKeys[i] = keys[kept[i]];
      keptHeat[i] = heat[kept[i]];
    }
    return new HeatProfile(keptKeys, keptHeat);
  }

  /** As a file: FORMAT.md. */
  public byte[] encode() {
    float low = Float.MAX_VALUE;
    float high = 0;
    for (float one : heat) {
      low = Math.min(low, one);
      high = Math.max(high, one);
    }
    FrameWriter out = new FrameWriter(MAGIC, keys.length);
    out.f32(keys.length == 0 ? 1 : low);
    out.f32(keys.length == 0 ? 1 : high);
    SpanKeys.write(keys, out);
    float range = high - low;
    for (float one : heat) {
      out.u8(range > 0 ? Math.round((one - low) / range * LEVELS) : 0);
    }
    return out.finish();
  }

  /**
   * From a file.
   *
   * @throws OcifsException {@code STORE} when the bytes are not what {@link #encode} makes
   */
  public static HeatProfile decode(byte[] file) throws OcifsException {
    FrameReader in = new FrameReader(file, MAGIC, NAME, 2);
    float low = in.f32();
    float high = in.f32();
    if (!(low > 0 && low <= high && high <= MAX_HEAT)) {
      throw in.damaged("its heat is from " + low + " to " + high);
    }
    long[] keys = SpanKeys.read(in);
    float[] heat = new float[keys.length];
    for (int i = 0; i < heat.length; i++) {
      heat[i] = low + (high - low) * in.u8() / LEVELS;
    }
    in.end();
    return new HeatProfile(keys, heat);
  }

  /** As {@link #decode}; reads no more than a profile can have. */
  public static HeatProfile read(Path file) throws IOException {
    return decode(FrameReader.load(file, NAME, MAX_FILE_BYTES));
  }
}
