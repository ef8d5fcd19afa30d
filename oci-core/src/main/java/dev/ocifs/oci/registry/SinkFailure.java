package dev.ocifs.oci.registry;

import java.io.IOException;

/** Carries what a caller's own sink threw past everything that would try again. */
final class SinkFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final IOException thrown;

  SinkFailure(IOException thrown) {
    super(thrown);
    this.thrown = thrown;
  }

  /** What the sink threw. */
  IOException thrown() {
    return thrown;
  }
}
