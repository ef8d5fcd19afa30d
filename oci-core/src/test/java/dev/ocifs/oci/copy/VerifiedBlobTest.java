package dev.ocifs.oci.copy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class VerifiedBlobTest {
  private static final byte[] BYTES = "0123456789".getBytes(UTF_8);

  private static VerifiedBlob blob(byte[] promised, byte[] found, boolean stopped) {
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, promised);
    return new VerifiedBlob(
        new PlannedBlob(
            MediaType.OCI_LAYER,
            digest,
            promised.length,
            () -> new BytesBlob(found),
            PlannedBlob.Remote.NONE),
        CopyProgress.NONE,
        () -> stopped);
  }

  private static byte[] read(VerifiedBlob blob, int pos, int len) throws IOException {
    byte[] bytes = new byte[len];
    blob.readFully(pos, bytes, 0, len);
    return bytes;
  }

  @Test
  void bytesMayBeReadAgain() throws IOException {
    try (VerifiedBlob blob = blob(BYTES, BYTES, false)) {
      assertThat(blob.wasRead()).isFalse();
      assertThat(read(blob, 0, 6)).isEqualTo("012345".getBytes(UTF_8));
      assertThat(read(blob, 2, 3)).isEqualTo("234".getBytes(UTF_8));
      assertThat(read(blob, 4, 6)).isEqualTo("456789".getBytes(UTF_8));
      assertThat(read(blob, 0, 10)).isEqualTo(BYTES);
      blob.rethrow();
      assertThat(blob.wasRead()).isTrue();
    }
  }

  @Test
  void theReadThatCompletesAWrongBlobFailsAndSoDoAllAfterIt() throws IOException {
    try (VerifiedBlob blob = blob(BYTES, "012345678x".getBytes(UTF_8), false)) {
      assertThat(read(blob, 0, 9)).hasSize(9);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> read(blob, 9, 1))
            .asInstanceOf(type(OcifsException.class))
            .satisfies(e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH))
            .satisfies(e -> assertThat(e.getMessage()).startsWith("layer sha256:"));
      }
      assertThatThrownBy(blob::rethrow).isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void anEmptyBlobIsVerifiedThoughNobodyReadsIt() throws IOException {
    try (VerifiedBlob right = blob(new byte[0], new byte[0], false)) {
      right.checkEmpty();
    }
    Digest wrong = Hasher.hash(Digest.Algorithm.SHA256, BYTES);
    PlannedBlob planned =
        new PlannedBlob(
            MediaType.OCI_LAYER,
            wrong,
            0,
            () -> new BytesBlob(new byte[0]),
            PlannedBlob.Remote.NONE);
    try (VerifiedBlob blob = new VerifiedBlob(planned, CopyProgress.NONE, () -> false)) {
      assertThatThrownBy(blob::checkEmpty).hasMessageContaining("layer " + wrong);
    }
  }

  @Test
  void whoeverIsStoppedReadsNothing() throws IOException {
    try (VerifiedBlob blob = blob(BYTES, BYTES, true)) {
      assertThatThrownBy(() -> read(blob, 0, 1)).hasMessageContaining("given up");
      assertThat(blob.wasRead()).isFalse();
    }
  }
}
