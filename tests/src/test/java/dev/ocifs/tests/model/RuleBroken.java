package dev.ocifs.tests.model;

/** A stack of layers that must be refused: by which rule, because of which entry. */
public final class RuleBroken extends Exception {
  private static final long serialVersionUID = 1L;

  private final int rule;
  private int layer;
  private int entry;

  RuleBroken(int rule, String what) {
    super("rule " + rule + ": " + what);
    this.rule = rule;
  }

  RuleBroken at(int layerOrdinal, int entryOrdinal) {
    layer = layerOrdinal;
    entry = entryOrdinal;
    return this;
  }

  public int rule() {
    return rule;
  }

  /** The layer's place in the image, 0 at the base. */
  public int layer() {
    return layer;
  }

  /** The entry's place in its layer, from 0. */
  public int entry() {
    return entry;
  }
}
