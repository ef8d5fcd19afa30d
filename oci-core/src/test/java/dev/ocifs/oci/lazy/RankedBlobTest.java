package dev.ocifs.oci.lazy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.source.BlobSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankedBlobTest {
  private final List<String> calls = new ArrayList<>();

  private final class Noting implements BlobSource {
    @Override
    public long size() {
      return 7;
    }

    @Override
    public void readFully(long pos, byte[] dst, int off, int len) {
      calls.add("read at " + pos + " as " + FetchPriority.current());
    }

    @Override
    public void readOnce(long pos, byte[] dst, int off, int len) {
      calls.add("pass at " + pos + " as " + FetchPriority.current());
    }

    @Override
    public void verified() {
      calls.add("verified");
    }

    @Override
    public void close() {
      calls.add("closed");
    }
  }

  @Test
  void isTheBlobWithAnotherPriority() throws Exception {
    try (BlobSource blob = new RankedBlob(new Noting(), FetchPriority.BACKGROUND)) {
      assertThat(blob.size()).isEqualTo(7);
      blob.readFully(1, new byte[1], 0, 1);
      blob.readOnce(2, new byte[1], 0, 1);
      blob.verified(); // or the whole would be read and compared once more
    }
    assertThat(calls)
        .containsExactly(
            "read at 1 as BACKGROUND", "pass at 2 as BACKGROUND", "verified", "closed");
  }
}
