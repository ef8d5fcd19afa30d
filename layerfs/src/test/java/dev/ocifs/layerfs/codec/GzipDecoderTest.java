package dev.ocifs.layerfs.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipDecoderTest extends LayerDecoderContract {

  @Override
  Compression compression() {
    return Compression.GZIP;
  }

  @Override
  byte[] compress(SplittableRandom random, byte[] layer) {
    return Samples.gzip(random, layer);
  }

  @Override
  boolean endsBetweenParts(byte[] cut) {
    try {
      Decoded.of(Compression.GZIP, Arrays.copyOf(cut, cut.length + 1), 1000, 4096);
      return cut.length > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static void assertRefused(byte[] blob, String message) {
    assertThatThrownBy(() -> Decoded.of(Compression.GZIP, blob, 1000, 1000))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE))
        .hasMessageContaining(message);
  }

  @Test
  void prefersMembersAsCheckpoints() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[][] members = new byte[12][];
    for (int i = 0; i < members.length; i++) {
      members[i] = gzip(Samples.data(random, 1000));
    }
    byte[] blob = join(join(members), gzip(new byte[0]));
    Decoded decoded = Decoded.of(Compression.GZIP, blob, 3000, random);
    assertThat(decoded.checkpoints())
        .allSatisfy(
            c -> {
              assertThat(c.kind()).isEqualTo(Checkpoint.Kind.START);
              assertThat(c.window()).isEmpty();
            })
        .extracting(Checkpoint::outPos)
        .containsExactly(0L, 2000L, 4000L, 6000L, 8000L, 10_000L);
  }

  @Test
  void placesCheckpointsWithinOneMatchOfTheSpacing() throws IOException {
    byte[] blob = gzip(Samples.data(new SplittableRandom(11), 300_000));
    Decoded decoded = Decoded.of(Compression.GZIP, blob, 10_000, 4000);
    assertThat(decoded.checkpoints()).hasSizeBetween(29, 30);
    IntStream.range(1, decoded.checkpoints().size())
        .forEach(
            i ->
                assertThat(
                        decoded.checkpoints().get(i).outPos()
                            - decoded.checkpoints().get(i - 1).outPos())
                    .isBetween(10_000L, 10_257L));
  }

  @Test
  void keepsNoMoreWindowThanTheMemberHas() throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    byte[] blob = join(gzip(Samples.data(random, 50_000)), gzip(Samples.data(random, 50_000)));
    Decoded decoded = Decoded.of(Compression.GZIP, blob, 18_000, 3000);
    Checkpoint member =
        decoded.checkpoints().stream()
            .filter(c -> c.outPos() > 0 && c.kind() == Checkpoint.Kind.START)
            .findFirst()
            .orElseThrow();
    assertThat(member.outPos()).isEqualTo(50_000);
    assertThat(decoded.checkpoints())
        .filteredOn(c -> c.outPos() > 50_000)
        .isNotEmpty()
        .allSatisfy(
            c -> assertThat(c.window()).hasSize((int) Math.min(32_768, c.outPos() - 50_000)));
  }

  @Test
  void acceptsWhateverFollowsTheLastMember() throws IOException {
    byte[] data = Samples.data(new SplittableRandom(17), 5000);
    for (byte[] junk :
        new byte[][] {new byte[1], new byte[100_000], {0x1f}, {'j', 'u', 'n', 'k'}}) {
      byte[] blob = join(gzip(data), junk);
      assertThat(Decoded.of(Compression.GZIP, blob, 1000, 1000).bytes()).isEqualTo(data);
    }
  }

  @Test
  void refusesAFurtherMemberThatIsCutOrBroken() throws IOException {
    byte[] member = gzip(new byte[1000]);
    assertRefused(join(member, Arrays.copyOf(member, 2)), "header");
    assertRefused(join(member, Arrays.copyOf(member, 12)), "middle of a block");
    assertRefused(join(member, Arrays.copyOf(member, member.length - 1)), "trailer");
    assertRefused(join(member, new byte[] {0x1f, (byte) 0x8b, 9}), "method");
  }

  @Test
  void saysWhatIsWrongAndWhere() throws IOException {
    byte[] good = gzip(Samples.data(new SplittableRandom(19), 1000));
    byte[] crc = good.clone();
    crc[crc.length - 8] ^= 1;
    assertRefused(crc, "gzip: CRC-32 differs at byte " + good.length + " of the blob");
    byte[] size = good.clone();
    size[size.length - 1] ^= 1;
    assertRefused(size, "gzip: size of the member differs");
    byte[] reserved = good.clone();
    reserved[3] = 0x20;
    assertRefused(reserved, "reserved flags");
    byte[] blockType = good.clone();
    blockType[10] |= 6;
    assertRefused(blockType, "reserved type at byte 10 of the blob");
    assertRefused(new byte[0], "header");
    // FHCRC of a header that says so, and has another.
    assertRefused(
        new byte[] {0x1f, (byte) 0x8b, 8, 2, 0, 0, 0, 0, 0, 3, 0, 0}, "CRC of the header");
  }

  @Test
  void decodesABombInConstantMemory() throws IOException {
    // 1030:1, ten times the heap of the tests were it kept; one member of it, repeated.
    byte[] member = gzip(new byte[32 << 20]);
    assertThat(member.length).isLessThan(40_000);
    int members = 80;
    int[] pos = {0};
    LayerDecoder.Input input =
        (dst, off, len) -> {
          int n = Math.min(Math.min(len, member.length - pos[0] % member.length), 5000);
          if (pos[0] == members * member.length) {
            return -1;
          }
          System.arraycopy(member, pos[0] % member.length, dst, off, n);
          pos[0] += n;
          return n;
        };
    byte[] buffer = new byte[LayerDecoder.HISTORY_BYTES + (1 << 20) + LayerDecoder.SLACK_BYTES];
    int from = LayerDecoder.HISTORY_BYTES;
    int limit = buffer.length - LayerDecoder.SLACK_BYTES;
    long total = 0;
    int[] checkpoints = {0};
    try (LayerDecoder decoder =
        LayerCodec.decoder(Compression.GZIP, input, 16 << 20, c -> checkpoints[0]++)) {
      for (int end = decoder.decode(buffer, from, limit);
          end >= 0;
          end = decoder.decode(buffer, from, limit)) {
        total += end - from;
        System.arraycopy(buffer, end - from, buffer, 0, from);
      }
    }
    assertThat(total).isEqualTo(members * (32L << 20));
    assertThat(checkpoints[0]).isEqualTo(2 * members);
  }

  @Test
  void endsOnAMillionEmptyMembersAndBlocks() throws IOException {
    byte[] empty = gzip(new byte[0]);
    byte[] members = new byte[empty.length * 50_000];
    for (int i = 0; i < members.length; i += empty.length) {
      System.arraycopy(empty, 0, members, i, empty.length);
    }
    assertThat(Decoded.of(Compression.GZIP, members, 1, 4096).bytes()).isEmpty();
    // Empty stored blocks that never end, then nothing: 00 00 00 ff ff each.
    byte[] blocks = Arrays.copyOf(empty, 10 + 5_000_000);
    for (int i = 10; i < blocks.length; i += 5) {
      System.arraycopy(new byte[] {0, 0, 0, -1, -1}, 0, blocks, i, 5);
    }
    assertRefused(blocks, "ends in the middle of a block");
  }
}
