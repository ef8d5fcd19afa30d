package dev.ocifs.layerfs.codec;

/** A blob in memory as an input. */
final class PieceInput implements LayerDecoder.Input {

  private final byte[] blob;
  private int pos;

  PieceInput(byte[] blob) {
    this.blob = blob;
  }

  @Override
  public int read(byte[] dst, int off, int len) {
    int n = Math.min(len, blob.length - pos);
    System.arraycopy(blob, pos, dst, off, n);
    pos += n;
    return n == 0 ? -1 : n;
  }
}
