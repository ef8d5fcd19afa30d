package dev.ocifs.layerfs.codec;

import java.util.Arrays;

/**
 * Records which bytes of a checkpoint's window the data behind it refers to, to zero the others:
 * then the window compresses to a fraction. Only the 32 KiB of output that follow can refer to it
 * (the idea is rapidgzip's, there "sparse windows").
 */
final class WindowUse {

  private static final byte[] NONE = {};

  private final boolean[] used = new boolean[LayerDecoder.HISTORY_BYTES];
  private byte[] window = NONE;

  /** Begins with the window of a checkpoint that has just been placed. */
  void begin(byte[] window) {
    this.window = window;
    Arrays.fill(used, false);
  }

  /** Takes note of a match that begins {@code back} bytes before the checkpoint. */
  void refer(int back, int length) {
    int from = window.length - back;
    Arrays.fill(used, from, Math.min(from + length, window.length), true);
  }

  /** Zeroes what nothing refers to, and forgets the window. */
  void zeroTheRest() {
    for (int i = 0; i < window.length; i++) {
      if (!used[i]) {
        window[i] = 0;
      }
    }
    window = NONE;
  }
}
