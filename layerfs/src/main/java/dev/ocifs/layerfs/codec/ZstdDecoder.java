package dev.ocifs.layerfs.codec;

import java.io.IOException;

/** Decodes a zstd layer from its first byte to its last; checkpoints stand where frames begin. */
final class ZstdDecoder implements LayerDecoder {

  private final ZstdFrames frames;
  private final CheckpointPlan plan;
  private long outPos;

  ZstdDecoder(Input input, CheckpointPlan plan) {
    this.frames = new ZstdFrames(input);
    this.plan = plan;
  }

  @Override
  public int decode(byte[] buffer, int from, int limit) throws IOException {
    Buffers.check(buffer, from, limit, outPos);
    int o = from;
    while (o < limit) {
      if (plan.welcomesStart(outPos) && frames.atFrame()) {
        plan.place(Checkpoint.start(outPos, frames.inPos()));
      }
      int end = frames.decode(buffer, o, limit);
      if (end < 0) {
        break;
      }
      outPos += end - o;
      o = end;
      plan.decodedTo(outPos);
    }
    return o == from ? -1 : o;
  }

  @Override
  public void close() {
    frames.close();
  }
}
