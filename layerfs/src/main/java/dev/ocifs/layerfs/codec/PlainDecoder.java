package dev.ocifs.layerfs.codec;

import java.io.IOException;

/** "Decodes" a layer that is not compressed, and places checkpoints at multiples of the spacing. */
final class PlainDecoder implements LayerDecoder {

  private final Input input;
  private final CheckpointPlan plan;
  private long outPos;

  PlainDecoder(Input input, CheckpointPlan plan) {
    this.input = input;
    this.plan = plan;
  }

  @Override
  public int decode(byte[] buffer, int from, int limit) throws IOException {
    Buffers.check(buffer, from, limit, outPos);
    int n = input.read(buffer, from, limit - from);
    if (n < 0) {
      return -1;
    }
    long end = outPos + n;
    plan.decodedTo(end);
    for (long left = plan.until(outPos); left <= end - outPos; left = plan.until(outPos)) {
      outPos += left;
      plan.place(Checkpoint.start(outPos, outPos));
      plan.decodedTo(end);
    }
    outPos = end;
    return from + n;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
