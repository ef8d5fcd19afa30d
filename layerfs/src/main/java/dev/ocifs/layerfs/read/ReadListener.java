package dev.ocifs.layerfs.read;

/** Told what reads of a layer do. Called by many threads; must be quick. */
public interface ReadListener {

  /** Hears nothing. */
  ReadListener NONE =
      new ReadListener() {
        @Override
        public void used(int layer, int span) {}

        @Override
        public void waits() {}

        @Override
        public void goesOn() {}

        @Override
        public void inOrder(int layer, int next) {}
      };

  /** A read uses this span for the first time. */
  void used(int layer, int span);

  /** A read waits until a span is decoded. */
  void waits();

  /** The read that waited has its span, or an error. */
  void goesOn();

  /** A read uses the span behind the one that was used before it, and this one comes next. */
  void inOrder(int layer, int next);
}
