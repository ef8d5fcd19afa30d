package dev.ocifs.layerfs.codec;

import java.io.IOException;
import java.util.zip.CRC32;

/**
 * Decodes a gzip layer from its first byte to its last, member by member, checks the CRC-32 and the
 * size of each, and leaves checkpoints: behind any symbol, but sooner where a member begins.
 *
 * <p>What follows the last member and is no member is read and ignored, as gzip does: archives are
 * padded, and some tools append signatures.
 */
final class GzipDecoder implements LayerDecoder {

  private final BitInput in;
  private final Inflate inflate;
  private final CheckpointPlan plan;
  private final CRC32 crc = new CRC32();
  private final WindowUse use = new WindowUse();
  private long useFrom;
  private long outPos;
  private long memberOutPos;
  private boolean begun;
  private boolean complete;

  GzipDecoder(Input input, CheckpointPlan plan) {
    this.in = new BitInput(input);
    this.inflate = new Inflate(in);
    this.plan = plan;
  }

  @Override
  public int decode(byte[] buffer, int from, int limit) throws IOException {
    Buffers.check(buffer, from, limit, outPos);
    if (!begun) {
      begun = true;
      beginMember();
    }
    int o = from;
    while (o < limit && !complete) {
      if (inflate.atEnd()) {
        checkTrailer();
        nextMember();
        continue;
      }
      int stop = o + Math.clamp(plan.until(outPos), 0, limit - o);
      int end = inflate.decode(buffer, o, stop, limit);
      crc.update(buffer, o, end - o);
      outPos += end - o;
      o = end;
      if (outPos - useFrom >= HISTORY_BYTES || inflate.atEnd()) {
        use.zeroTheRest();
        plan.decodedTo(outPos);
      }
      if (plan.until(outPos) <= 0 && inflate.canResumeHere()) {
        placeCheckpoint(buffer, o);
      }
    }
    return o == from ? -1 : o;
  }

  /** The checkpoint goes out when it is known what of its window is used. */
  private void placeCheckpoint(byte[] buffer, int end) {
    plan.decodedTo(outPos);
    Checkpoint checkpoint = inflate.checkpoint(outPos, buffer, end);
    plan.place(checkpoint);
    use.begin(checkpoint.window());
    useFrom = outPos;
    inflate.record(use);
  }

  private void beginMember() throws IOException {
    GzipHeader.read(in);
    inflate.begin();
    crc.reset();
    memberOutPos = outPos;
  }

  private void nextMember() throws IOException {
    if (GzipHeader.isNext(in)) {
      if (plan.welcomesStart(outPos)) {
        plan.place(Checkpoint.start(outPos, in.bytePos()));
      }
      beginMember();
    } else {
      in.drain();
      complete = true;
    }
  }

  private void checkTrailer() throws IOException {
    int expectedCrc = in.take(32);
    int expectedSize = in.take(32);
    in.align();
    if (in.overrun()) {
      throw Corrupt.at("gzip: ends in the trailer of a member", in.bytePos());
    }
    if (expectedCrc != (int) crc.getValue()) {
      throw Corrupt.at("gzip: CRC-32 differs", in.bytePos());
    }
    if (expectedSize != (int) (outPos - memberOutPos)) {
      throw Corrupt.at("gzip: size of the member differs", in.bytePos());
    }
  }

  @Override
  public void close() {
    // Nothing is held but memory.
  }
}
