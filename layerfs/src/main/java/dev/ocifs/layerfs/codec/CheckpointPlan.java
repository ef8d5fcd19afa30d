package dev.ocifs.layerfs.codec;

import org.jspecify.annotations.Nullable;

/**
 * Decides where checkpoints fall, and hands each to the sink once a byte has been decoded behind
 * it: so none stands at the end of a layer.
 */
final class CheckpointPlan {

  private final long spacingBytes;
  private final Checkpoint.Sink sink;
  private long lastPos;
  private @Nullable Checkpoint held;

  CheckpointPlan(long spacingBytes, Checkpoint.Sink sink) {
    if (spacingBytes < 1) {
      throw new IllegalArgumentException("checkpoint spacing " + spacingBytes);
    }
    this.spacingBytes = spacingBytes;
    this.sink = sink;
    sink.checkpoint(Checkpoint.start(0, 0));
  }

  /** Uncompressed bytes from {@code outPos} to where a checkpoint is due; not positive: overdue. */
  long until(long outPos) {
    return spacingBytes - (outPos - lastPos);
  }

  /** Whether a place that needs no window should get a checkpoint already. */
  boolean welcomesStart(long outPos) {
    return outPos - lastPos >= Math.max(1, spacingBytes / 2);
  }

  /** Places a checkpoint; one that is still held is behind no byte, and gives way. */
  void place(Checkpoint checkpoint) {
    held = checkpoint;
    lastPos = checkpoint.outPos();
  }

  /** Lets go of the checkpoint that is held, if there is a byte behind it before {@code outPos}. */
  void decodedTo(long outPos) {
    if (held != null && outPos > held.outPos()) {
      sink.checkpoint(held);
      held = null;
    }
  }
}
