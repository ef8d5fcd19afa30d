package dev.ocifs.layerfs.codec;

/**
 * A place in a compressed layer from which decoding can begin.
 *
 * @param outPos position in the uncompressed layer, in bytes, of the first byte that decoding from
 *     here gives
 * @param inBit position in the blob, in bits, of the next bit to decode
 * @param headerBit gzip: position in the blob, in bits, of the header of the DEFLATE block that
 *     {@code inBit} lies in; equal to {@code inBit} where a block, a gzip member or a frame begins
 * @param kind what stands at {@code headerBit}
 * @param storedLeft gzip: bytes left of the stored block that {@code inBit} lies in, 0 otherwise
 * @param window the uncompressed bytes before {@code outPos} that decoding may refer to, at most 32
 *     KiB, empty where nothing before is needed; where the checkpoints are 32 KiB or more apart,
 *     bytes that nothing refers to are zero, so that it compresses well; owned by the checkpoint
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the window is handed on, not copied
public record Checkpoint(
    long outPos, long inBit, long headerBit, Kind kind, int storedLeft, byte[] window) {

  private static final byte[] NO_WINDOW = {};

  /** A checkpoint where decoding needs nothing that came before. */
  public static Checkpoint start(long outPos, long inPos) {
    return new Checkpoint(outPos, inPos << 3, inPos << 3, Kind.START, 0, NO_WINDOW);
  }

  /** The place of a byte in a layer that is not compressed. */
  public static Checkpoint plain(long pos) {
    return start(pos, pos);
  }

  /** What stands at the header bit. The ordinal is part of the index format. */
  public enum Kind {
    /** Uncompressed bytes, the header of a gzip member, or a zstd frame. */
    START,
    /** A DEFLATE block inside a gzip member. */
    BLOCK
  }

  /** Receives checkpoints in the order of their positions. */
  @FunctionalInterface
  public interface Sink {
    void checkpoint(Checkpoint checkpoint);
  }
}
