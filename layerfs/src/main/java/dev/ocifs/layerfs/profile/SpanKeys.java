package dev.ocifs.layerfs.profile;

import dev.ocifs.oci.OcifsException;
import java.util.Arrays;

/** A layer and a span in one number, and sequences of them as FORMAT.md has them. */
final class SpanKeys {
  private SpanKeys() {}

  static long of(int layer, int span) {
    return (long) layer << 32 | span;
  }

  static int layer(long key) {
    return (int) (key >>> 32);
  }

  static int span(long key) {
    return (int) key;
  }

  /** Whether a key occurs twice. */
  static boolean haveDuplicates(long[] keys) {
    long[] sorted = keys.clone();
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        return true;
      }
    }
    return false;
  }

  static void write(long[] keys, FrameWriter out) {
    int[] expected = new int[AccessTrace.MAX_LAYERS];
    int before = 0;
    for (long key : keys) {
      int layer = layer(key);
      int span = span(key);
      // The span after the last one there is wraps round; the difference takes 33 bits either way.
      long step = (long) span - expected[layer];
      out.varint(FrameWriter.fold(step) << 1 | (layer == before ? 0 : 1));
      if (layer != before) {
        out.varint(FrameWriter.fold(layer - before));
      }
      expected[layer] = span + 1;
      before = layer;
    }
  }

  /** As many keys as the frame says. */
  static long[] read(FrameReader in) throws OcifsException {
    long[] keys = new long[in.count()];
    int[] expected = new int[AccessTrace.MAX_LAYERS];
    int layer = 0;
    for (int i = 0; i < keys.length; i++) {
      long head = in.varint();
      if ((head & 1) != 0) {
        long step = FrameReader.unfold(in.varint());
        long next = layer + step;
        if (step == 0 || next < 0 || next >= AccessTrace.MAX_LAYERS) {
          throw in.damaged("event " + i + " is of layer " + next);
        }
        layer = (int) next;
      }
      long span = expected[layer] + FrameReader.unfold(head >>> 1);
      if (span < 0 || span > Integer.MAX_VALUE) {
        throw in.damaged("event " + i + " is of span " + span);
      }
      expected[layer] = (int) span + 1;
      keys[i] = of(layer, (int) span);
    }
    if (haveDuplicates(keys)) {
      throw in.damaged("a span occurs twice");
    }
    return keys;
  }
}
