package dev.ocifs.tests.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the generator writes is what a reader of other authors reads. */
class TarWriterTest {

  private static List<String> read(byte[] tar) throws IOException {
    List<String> lines = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(
            new ByteArrayInputStream(tar), StandardCharsets.ISO_8859_1.name())) {
      for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        lines.add(
            String.format(
                "%c %s>%s %o %d:%d %s %d",
                e.getLinkFlag(),
                e.getName(),
                e.getLinkName(),
                e.getMode(),
                e.getLongUserId(),
                e.getLongGroupId(),
                e.getLastModifiedTime().toInstant(),
                Arrays.hashCode(content)));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @EnumSource(TarWriter.Form.class)
  void entriesOfEveryForm(TarWriter.Form form) throws IOException {
    String name = "n".repeat(90) + "/" + "m".repeat(90);
    String tooLong = "l".repeat(300);
    byte[] tar =
        new TarWriter(form)
            .add(Entry.file(name, "text").mode(04755).owner(3_000_000, 2_147_000_000))
            .add(Entry.symlink(tooLong, tooLong).mtime(-5, 500_000_000))
            .add(Entry.characterDevice("c", 5, 1).mtime(1L << 40, 0))
            .end();
    byte[] text = ByteText.bytes("text");
    assertThat(read(tar))
        .containsExactly(
            "0 " + name + "> 4755 3000000:2147000000 2020-09-13T12:26:40Z " + Arrays.hashCode(text),
            "2 " + tooLong + ">" + tooLong + " 777 0:0 1969-12-31T23:59:55.500Z 1",
            "3 c> 620 0:0 +36812-02-20T00:36:16Z 1");
    assertThat(tar.length % TarHeader.BLOCK).isZero();
  }

  @ParameterizedTest
  @EnumSource(SparseForm.class)
  void sparseFilesOfEveryForm(SparseForm form) throws IOException {
    byte[] content = new byte[200_000];
    new Random(1).nextBytes(content);
    long[] runs = new long[60];
    for (int i = 0; i < runs.length; i += 2) {
      runs[i] = 1000 + i * 2500L;
      runs[i + 1] = 700;
    }
    Entry entry = Entry.file("sparse", content).sparse(runs);
    byte[] tar = new TarWriter(TarWriter.Form.USTAR).add(entry, form).end();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      TarArchiveEntry read = in.getNextEntry();
      assertThat(read.getName()).isEqualTo("sparse");
      assertThat(in.readAllBytes()).isEqualTo(entry.content());
      assertThat(in.getNextEntry()).isNull();
    }
    assertThat(tar.length).isLessThan(40_000);
  }
}
