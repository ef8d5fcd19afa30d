package dev.ocifs.layerfs.tar;

import static dev.ocifs.layerfs.tar.TarBytes.latin1;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ocifs.layerfs.tar.TarBytes.Header;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged tars end with entries that keep the reader's promises, or with an OcifsException. */
class TarFuzzTest {
  private static final long SEED = 20_251_121;
  private static final int MUTATIONS = 8_000;

  @Test
  void neverFailsInAnotherWay() {
    byte[] seedTar = everything();
    int read = 0;
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Random random = new Random(SEED + i);
      byte[] tar = mutate(seedTar, random);
      try {
        List<Listing> entries = Listing.of(tar, Limits.DEFAULT, 1 + random.nextInt(1000));
        entries.forEach(TarFuzzTest::check);
        read++;
      } catch (OcifsException e) {
        assertThat(e.kind()).isNotEqualTo(OcifsException.Kind.IO);
        refused++;
      } catch (IOException | RuntimeException e) {
        fail("seed " + (SEED + i), e);
      }
    }
    assertThat(read).as("read").isGreaterThan(MUTATIONS / 20);
    assertThat(refused).as("refused").isGreaterThan(MUTATIONS / 20);
  }

  /** Whole blocks change places, so that extension headers meet entries they were not made for. */
  @Test
  void neverFailsOnShuffledBlocks() {
    byte[] seedTar = everything();
    int blocks = seedTar.length / 512;
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Random random = new Random(SEED + i);
      byte[] tar = seedTar.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        int from = random.nextInt(blocks) * 512;
        System.arraycopy(seedTar, from, tar, random.nextInt(blocks) * 512, 512);
      }
      try {
        Listing.of(tar).forEach(TarFuzzTest::check);
        read++;
      } catch (OcifsException e) {
        assertThat(e.rule()).as(e.getMessage()).isNotZero();
      } catch (IOException | RuntimeException e) {
        fail("seed " + (SEED + i), e);
      }
    }
    assertThat(read).as("read").isBetween(MUTATIONS / 20, MUTATIONS * 19 / 20);
  }

  private static void check(Listing entry) {
    assertThat(entry.path()).doesNotStartWith("/").doesNotEndWith("/").doesNotContain("//");
    assertThat(("/" + entry.path() + "/")).doesNotContain("/../").doesNotContain("/./");
    assertThat(entry.mode()).isBetween(0, 07777);
    assertThat(entry.nanos()).isBetween(0, 999_999_999);
    long end = 0;
    for (int i = 0; i < entry.runs().size(); i += 2) {
      assertThat(entry.runs().get(i)).isGreaterThanOrEqualTo(end);
      assertThat(entry.runs().get(i + 1)).isPositive();
      end = entry.runs().get(i) + entry.runs().get(i + 1);
    }
    assertThat(end).isLessThanOrEqualTo(entry.size());
  }

  private static byte[] mutate(byte[] original, Random random) {
    byte[] tar =
        random.nextInt(10) == 0
            ? Arrays.copyOf(original, random.nextInt(original.length))
            : original.clone();
    for (int n = 1 + random.nextInt(4); n > 0 && tar.length > 0; n--) {
      int at = random.nextInt(tar.length);
      switch (random.nextInt(3)) {
        case 0 -> tar[at] = (byte) random.nextInt();
        case 1 -> tar[at] ^= (byte) (1 << random.nextInt(8));
        default -> tar[at] = latin1("0123456789 /.=\n,-\0\u0080\u00ff")[random.nextInt(20)];
      }
    }
    if (random.nextInt(4) > 0) {
      mendChecksums(tar);
    }
    return tar;
  }

  /** Lets most damage reach what lies behind the checksum. */
  private static void mendChecksums(byte[] tar) {
    for (int at = 0; at + 512 <= tar.length; at += 512) {
      if (new String(tar, at + 257, 5, ISO_8859_1).equals("ustar")) {
        Header header = new Header("", '0');
        System.arraycopy(tar, at, header.block, 0, 512);
        System.arraycopy(header.bytes(false), 0, tar, at, 512);
      }
    }
  }

  private static byte[] everything() {
    String zero = "00000000000\0";
    return new TarBytes()
        .file("a/../b", "hello")
        .pax("path", "p/q", "size", "3", "mtime", "-1.5", "uid", "7", "SCHILY.xattr.user.a", "v")
        .file("x", "abc")
        .ext('L', "long/".repeat(60) + "\0")
        .ext('K', "target/".repeat(30) + "\0")
        .add(new Header("l", '1').gnu().link("b").base256(136, 12, -9))
        .add(
            new Header("s", 'S').gnu().put(386, zero + "00000000002\0").put(483, "00000000777\0"),
            latin1("xy"))
        .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "99")
        .add(new Header("t", '0'), Arrays.copyOf(latin1("2\n5\n1\n90\n2\n"), 515))
        .pax("GNU.sparse.map", "3,1,8,2", "GNU.sparse.numblocks", "2", "GNU.sparse.size", "20")
        .file("u", "abc")
        .add(new Header("c", '3').put(329, "0000001\0").put(337, "0000003\0"))
        .add(new Header("d/", '5'))
        .zeroBlocks(2)
        .bytes();
  }
}
