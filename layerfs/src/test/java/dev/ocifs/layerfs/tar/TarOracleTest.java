package dev.ocifs.layerfs.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Limits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random archives of Commons Compress read alike by it and by this reader. */
class TarOracleTest {
  /** Commons Compress cuts the ids of headers to an int and gives them with its sign. */
  private static final long ID = 0xffff_ffffL;

  @ParameterizedTest
  @CsvSource({"1,true", "2,false", "3,true", "4,false", "5,true", "6,false"})
  void agreesWithCommonsCompress(long seed, boolean posix) throws IOException {
    byte[] tar = generate(new Random(seed), posix);
    List<Listing> mine = Listing.of(tar, Limits.DEFAULT, 100);
    int i = 0;
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(tar), "ISO-8859-1")) {
      for (TarArchiveEntry theirs = in.getNextEntry();
          theirs != null;
          theirs = in.getNextEntry(), i++) {
        Listing entry = mine.get(i);
        assertThat(entry.rawPath()).as("seed %s", seed).isEqualTo(theirs.getName());
        assertThat(entry.type()).isEqualTo(typeOf(theirs));
        assertThat(entry.target()).isEqualTo(theirs.getLinkName());
        assertThat(entry.mode()).isEqualTo(theirs.getMode() & 07777);
        assertThat(Integer.toUnsignedLong(entry.uid())).isEqualTo(theirs.getLongUserId() & ID);
        assertThat(Integer.toUnsignedLong(entry.gid())).isEqualTo(theirs.getLongGroupId() & ID);
        assertThat(Instant.ofEpochSecond(entry.seconds(), entry.nanos()))
            .isEqualTo(theirs.getLastModifiedTime().toInstant());
        assertThat(entry.size()).isEqualTo(theirs.getSize());
        assertThat(entry.major()).isEqualTo(theirs.getDevMajor());
        assertThat(entry.minor()).isEqualTo(theirs.getDevMinor());
        assertThat(entry.content(tar)).isEqualTo(in.readAllBytes());
      }
    }
    assertThat(mine).hasSize(i);
    assertThat(i).isEqualTo(200);
  }

  private static TarEntry.Type typeOf(TarArchiveEntry e) {
    if (e.isDirectory()) {
      return TarEntry.Type.DIRECTORY;
    }
    if (e.isSymbolicLink()) {
      return TarEntry.Type.SYMLINK;
    }
    if (e.isLink()) {
      return TarEntry.Type.HARD_LINK;
    }
    return e.isCharacterDevice() ? TarEntry.Type.CHARACTER_DEVICE : TarEntry.Type.REGULAR;
  }

  static byte[] generate(Random random, boolean posix) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out =
        new TarArchiveOutputStream(bytes, posix ? "UTF-8" : "ISO-8859-1")) {
      out.setLongFileMode(
          posix ? TarArchiveOutputStream.LONGFILE_POSIX : TarArchiveOutputStream.LONGFILE_GNU);
      out.setBigNumberMode(
          posix ? TarArchiveOutputStream.BIGNUMBER_POSIX : TarArchiveOutputStream.BIGNUMBER_STAR);
      for (int i = 0; i < 200; i++) {
        add(out, random, posix);
      }
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream out, Random random, boolean posix)
      throws IOException {
    byte[] types = {'0', '0', '0', '5', '2', '1', '3'};
    byte type = types[random.nextInt(types.length)];
    String path = path(random, posix) + (type == '5' ? "/" : "");
    TarArchiveEntry entry = new TarArchiveEntry(path, type);
    entry.setMode(random.nextInt(010000));
    entry.setUserId(random.nextBoolean() ? random.nextInt(2000) : random.nextLong(0xffffffffL));
    entry.setGroupId(random.nextBoolean() ? random.nextInt(2000) : random.nextLong(0xffffffffL));
    long seconds = random.nextInt(3) == 0 ? -random.nextInt(100_000) : random.nextLong(1L << 34);
    int nanos = posix ? random.nextInt(1_000_000_000) : 0;
    entry.setLastModifiedTime(FileTime.from(Instant.ofEpochSecond(seconds, nanos)));
    if (type == '1' || type == '2') {
      entry.setLinkName(path(random, posix));
    }
    if (type == '3') {
      entry.setDevMajor(random.nextInt(4096));
      entry.setDevMinor(random.nextInt(1 << 20));
    }
    byte[] content = new byte[type == '0' ? random.nextInt(2000) : 0];
    random.nextBytes(content);
    entry.setSize(content.length);
    out.putArchiveEntry(entry);
    out.write(content);
    out.closeArchiveEntry();
  }

  private static String path(Random random, boolean posix) {
    StringBuilder path = new StringBuilder("r");
    int components = random.nextInt(random.nextBoolean() ? 4 : 40);
    for (int i = 0; i < components; i++) {
      byte[] name = new byte[1 + random.nextInt(20)];
      for (int j = 0; j < name.length; j++) {
        name[j] = (byte) ('0' + random.nextInt(posix ? 70 : 200));
      }
      path.append("/x").append(new String(name, ISO_8859_1).replace('/', 'y'));
    }
    return path.toString();
  }
}
