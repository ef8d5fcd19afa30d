package dev.ocifs.layerfs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ocifs.oci.OcifsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;

/** Damages files of FORMAT.md's frame. */
final class Corruption {
  @FunctionalInterface
  interface Decoder<R> {
    R decode(byte[] file) throws OcifsException;
  }

  private Corruption() {}

  /** Flips each bit, and cuts off or adds at the end. */
  static <R> void assertEveryChangeIsRefused(byte[] good, Decoder<R> decoder)
      throws OcifsException {
    assertThat(decoder.decode(good)).isNotNull();
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(bad, decoder, "bit " + bit);
    }
    for (int length = 0; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length), decoder, "length " + length);
    }
    assertRefused(Arrays.copyOf(good, good.length + 1), decoder, "one byte more");
  }

  private static <R> void assertRefused(byte[] bad, Decoder<R> decoder, String what) {
    assertThatExceptionOfType(OcifsException.class)
        .as(what)
        .isThrownBy(() -> decoder.decode(bad))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE));
  }

  /** What must hold of that which was read from a damaged file. */
  @FunctionalInterface
  interface Check<R> {
    void check(R read, byte[] file);
  }

  /**
   * Overwrites bytes of the payload and mends the checksum.
   *
   * @return how many files were accepted
   */
  static <R> int assertNoiseIsRefusedOr(
      byte[] good, int rounds, long seed, Decoder<R> decoder, Check<R> check) {
    Random random = new Random(seed);
    int accepted = 0;
    for (int round = 0; round < rounds; round++) {
      byte[] bad = good.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        bad[12 + random.nextInt(bad.length - 16)] = (byte) random.nextInt();
      }
      CRC32C crc = new CRC32C();
      crc.update(bad, 0, bad.length - 4);
      ByteBuffer.wrap(bad)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(bad.length - 4, (int) crc.getValue());
      try {
        check.check(decoder.decode(bad), bad);
        accepted++;
      } catch (OcifsException e) {
        assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE);
      }
    }
    return accepted;
  }
}
