package dev.ocifs.layerfs.cache;

/**
 * About how often each key was asked for lately, in a few bytes a key, whether or not the cache has
 * it: a count-min sketch with conservative update (Cormode, Muthukrishnan 2005; Estan, Varghese
 * 2002).
 *
 * <p>A key has {@value #ROWS} cells, chosen by its hash, that it shares with others; the least of
 * them is never less than its count. All counts are halved after so many uses, so that what was
 * popular once is forgotten. Not thread-safe: the cache's lock guards it.
 */
final class FrequencySketch {
  private static final int ROWS = 4;

  /** Cells, which are bytes, for each entry; fewer mix up ten times as many keys as entries. */
  private static final int CELLS_PER_ENTRY = 16;

  /** Uses for each entry before the counts are halved: twice as many follow a change too slowly. */
  private static final int USES_PER_ENTRY = 32;

  private static final int FIRST_ENTRIES = 16;
  private static final int MAX_ENTRIES = 1 << 26;
  private static final int MAX_COUNT = 255;

  /** Odd numbers without a pattern: the digits of the golden ratio, and of the roots of 2, 3, 5. */
  private static final long[] FACTORS = {
    0x9E3779B97F4A7C15L, 0x6A09E667F3BCC909L, 0xBB67AE8584CAA73BL, 0x3C6EF372FE94F82BL
  };

  private byte[] cells = new byte[FIRST_ENTRIES * CELLS_PER_ENTRY];
  private int uses;

  /** Makes room for the keys of so many entries; what was counted stays. */
  void fit(int entries) {
    while (entries > cells.length / CELLS_PER_ENTRY && entries <= MAX_ENTRIES) {
      byte[] twice = new byte[cells.length * 2];
      // A key's cell in the larger array is its old one or the one that far behind it.
      System.arraycopy(cells, 0, twice, 0, cells.length);
      System.arraycopy(cells, 0, twice, cells.length, cells.length);
      cells = twice;
    }
  }

  /** Counts a use of the key with this hash. */
  void use(int hash) {
    int count = count(hash);
    if (count < MAX_COUNT) {
      for (int row = 0; row < ROWS; row++) {
        int cell = cell(hash, row);
        if ((cells[cell] & 0xff) == count) {
          cells[cell]++;
        }
      }
    }
    if (++uses >= cells.length / CELLS_PER_ENTRY * USES_PER_ENTRY) {
      halve();
    }
  }

  /** How often the key with this hash was used, or more: 255 at most. */
  int count(int hash) {
    int least = MAX_COUNT;
    for (int row = 0; row < ROWS; row++) {
      least = Math.min(least, cells[cell(hash, row)] & 0xff);
    }
    return least;
  }

  private int cell(int hash, int row) {
    return (int) ((hash * FACTORS[row]) >>> 32) & (cells.length - 1);
  }

  private void halve() {
    for (int i = 0; i < cells.length; i++) {
      cells[i] = (byte) ((cells[i] & 0xff) >>> 1);
    }
    uses = 0;
  }
}
