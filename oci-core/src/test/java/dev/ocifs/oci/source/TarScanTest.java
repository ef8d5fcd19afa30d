package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class TarScanTest {
  private Map<String, TarScan.Member> scan(byte[] tar) throws IOException {
    return TarScan.scan(new MemoryBlob(tar), Limits.DEFAULT);
  }

  private void refused(byte[] tar, String words) {
    assertThatThrownBy(() -> scan(tar))
        .hasMessageContaining(words)
        .isInstanceOf(OcifsException.class);
  }

  /** A header with a right checksum. */
  private static byte[] header(String name, char type, String size) {
    byte[] block = new byte[512];
    put(block, 0, name);
    put(block, 124, size);
    block[156] = (byte) type;
    put(block, 257, "ustar\00000");
    return sealed(block);
  }

  private static byte[] sealed(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, String.format("%06o\0 ", sum));
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] pax(String records) {
    byte[] data = records.getBytes(UTF_8);
    byte[] padded = Arrays.copyOf(data, (data.length + 511) / 512 * 512);
    return join(header("pax", 'x', String.format("%011o", data.length)), padded);
  }

  @Test
  void agreesWithAnotherReaderOnGeneratedTars() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
        boolean gnu = random.nextBoolean();
        tar.setLongFileMode(
            gnu ? TarArchiveOutputStream.LONGFILE_GNU : TarArchiveOutputStream.LONGFILE_POSIX);
        for (int i = 0; i < 10; i++) {
          String name = i + "/" + "n".repeat(random.nextInt(300)) + "/e";
          byte[] content = new byte[random.nextInt(2000)];
          random.nextBytes(content);
          TarArchiveEntry entry = new TarArchiveEntry(name);
          entry.setSize(content.length);
          tar.putArchiveEntry(entry);
          tar.write(content);
          tar.closeArchiveEntry();
        }
      }
      byte[] raw = bytes.toByteArray();
      Map<String, TarScan.Member> members = scan(raw);
      int seen = 0;
      try (TarArchiveInputStream oracle =
          new TarArchiveInputStream(new ByteArrayInputStream(raw))) {
        for (TarArchiveEntry e = oracle.getNextEntry(); e != null; e = oracle.getNextEntry()) {
          TarScan.Member member = member(members, MemberPath.normalise(e.getName()));
          byte[] data =
              Arrays.copyOfRange(raw, (int) member.pos(), (int) (member.pos() + member.size()));
          assertThat(data).as("seed %d", seed).isEqualTo(oracle.readAllBytes());
          seen++;
        }
      }
      assertThat(members).as("seed %d", seed).hasSize(seen);
    }
  }

  private static TarScan.Member member(Map<String, TarScan.Member> members, String name) {
    return Objects.requireNonNull(members.get(name), name);
  }

  @Test
  void anyCorruptionIsAnErrorOfOurs() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] tar = new Tar().file("a".repeat(200), "x").symlink("l", "a").file("b", "y").bytes();
    for (int round = 0; round < 2000; round++) {
      byte[] broken =
          Arrays.copyOf(tar, random.nextInt(4) == 0 ? random.nextInt(tar.length) : tar.length);
      for (int i = 0; i < 1 + random.nextInt(4) && broken.length > 0; i++) {
        broken[random.nextInt(Math.min(broken.length, 3072))] = (byte) random.nextInt();
      }
      for (int at = 0; random.nextBoolean() && at + 512 <= broken.length; at += 512) {
        byte[] block = Arrays.copyOfRange(broken, at, at + 512);
        System.arraycopy(sealed(block), 0, broken, at, 512); // let it past the checksum
      }
      try {
        scan(broken);
      } catch (OcifsException expected) {
        assertThat(expected.getMessage()).as("seed %d", seed).isNotEmpty();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
  }

  @Test
  void theSizeOfPaxWinsAndAppliesOnce() throws IOException {
    byte[] data = new byte[1024];
    byte[] tar =
        join(
            pax("13 size=1024\n"),
            header("big", '0', "00000000000"),
            data,
            header("next", '0', "00000000001"),
            new byte[512]);
    Map<String, TarScan.Member> members = scan(tar);
    assertThat(member(members, "big").size()).isEqualTo(1024);
    assertThat(member(members, "next").size()).isEqualTo(1);
  }

  @Test
  void readsBase256AndBareEnds() throws IOException {
    byte[] block = header("a", '0', "");
    block[124] = (byte) 0x80;
    block[135] = 5;
    Map<String, TarScan.Member> members = scan(join(sealed(block), new byte[5]));
    assertThat(members.get("a")).isEqualTo(new TarScan.Member(TarScan.Type.FILE, 512, 5, ""));
    assertThat(scan(new byte[0])).isEmpty();
    assertThat(scan(new byte[512])).isEmpty();
  }

  @Test
  void refusesSizesThatCannotBe() {
    byte[] negative = header("a", '0', "");
    Arrays.fill(negative, 124, 136, (byte) 0xff);
    refused(sealed(negative), "63 bit");
    byte[] overflow = header("a", '0', "");
    overflow[124] = (byte) 0x80;
    overflow[127] = 1;
    refused(sealed(overflow), "63 bit");
    refused(header("a", '0', "77777777777"), "ends within member 'a'");
    refused(header("a", '0', "0000000x000"), "octal");
    refused(join(pax("28 size=9223372036854775807\n"), header("a", '0', "0")), "no number");
    refused(join(pax("20 size=99999999999\n"), header("a", '0', "0")), "ends within member");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x path=a\n",
        "0 path=a\n",
        "99 path=a\n",
        "10 path=ab",
        "10 pathxab\n",
        "999999999 path=a\n",
        "-1 path=a\n",
        "10",
        "13 size=-123\n",
        "12 size=1e3\n"
      })
  void refusesMalformedPax(String records) {
    refused(join(pax(records), header("a", '0', "00000000000"), new byte[1024]), "no valid tar");
  }

  @Test
  void boundsExtensionHeaders() {
    refused(join(header("pax", 'x', "00010000000"), new byte[2 << 20]), "limit");
    refused(join(header("long", 'L', "77777777777"), new byte[512]), "limit");
    refused(header("long", 'L', "00000001000"), "ends within");
  }

  @Test
  void sparseMembersAreUnsupported() {
    refused(header("s", 'S', "00000000000"), "sparse");
    refused(join(pax("22 GNU.sparse.major=1\n"), header("s", '0', "0")), "sparse");
  }

  @Test
  void whatIsNoTarIsSaidSo() {
    refused(new byte[] {1, 2, 3}, "ends within a header");
    byte[] text = new byte[1024];
    Arrays.fill(text, (byte) 'x');
    refused(text, "no header at byte 0");
  }
}
