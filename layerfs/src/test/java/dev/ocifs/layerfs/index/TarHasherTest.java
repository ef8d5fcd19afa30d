package dev.ocifs.layerfs.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The diffID of a tar, whole or cut. */
final class TarHasherTest {
  private static final int RECORD_BYTES = 10_240;

  private static byte[] tar(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    return bytes;
  }

  private static Digest sha256(byte[] bytes) {
    return Hasher.hash(Digest.Algorithm.SHA256, bytes);
  }

  private static Digest found(byte[] tar, Digest promised) {
    TarHasher hasher = new TarHasher(Digest.Algorithm.SHA256);
    hasher.update(tar, 0, tar.length / 3);
    hasher.update(tar, tar.length / 3, tar.length - tar.length / 3);
    return hasher.digest(promised);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 512, 9_728, 10_240, 10_752, 30_000})
  void aTarHasTheDigestOfItsBytes(int length) {
    byte[] tar = tar(length);
    assertThat(found(tar, sha256(tar))).isEqualTo(sha256(tar));
    assertThat(found(tar, sha256(new byte[] {1}))).isEqualTo(sha256(tar));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 9_728, 10_752, 30_000})
  void aTarWithoutTheRestOfItsLastRecordHasTheDigestOfTheWhole(int length) {
    byte[] whole =
        Arrays.copyOf(tar(length), (length + RECORD_BYTES - 1) / RECORD_BYTES * RECORD_BYTES);
    assertThat(found(tar(length), sha256(whole))).isEqualTo(sha256(whole));
  }

  @Test
  void anythingElseThatIsMissingIsNotMadeUp() {
    byte[] tar = tar(10_240);
    byte[] another = Arrays.copyOf(tar, 20_480);
    assertThat(found(tar, sha256(another))).isEqualTo(sha256(tar));
    byte[] cut = Arrays.copyOf(tar, 9_728);
    assertThat(found(cut, sha256(tar))).as("what was cut was not zeros").isEqualTo(sha256(cut));
    byte[] changed = Arrays.copyOf(tar(5_000), RECORD_BYTES);
    changed[RECORD_BYTES - 1] = 1;
    assertThat(found(tar(5_000), sha256(changed))).isEqualTo(sha256(tar(5_000)));
  }
}
