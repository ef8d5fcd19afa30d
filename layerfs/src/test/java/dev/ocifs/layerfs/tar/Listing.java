package dev.ocifs.layerfs.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ocifs.oci.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a reader says about a tar, entry by entry. */
record Listing(
    TarEntry.Type type,
    String path,
    String rawPath,
    String target,
    int mode,
    int uid,
    int gid,
    long seconds,
    int nanos,
    int major,
    int minor,
    long size,
    long dataPos,
    boolean sparse,
    List<Long> runs,
    List<String> xattrs) {

  static List<Listing> of(byte[] tar) throws IOException {
    return of(tar, Limits.DEFAULT, Integer.MAX_VALUE);
  }

  static List<Listing> of(byte[] tar, Limits limits, int piece) throws IOException {
    TarReader reader = new TarReader(new ArrayInput(tar, piece), limits);
    List<Listing> all = new ArrayList<>();
    for (TarEntry e = reader.next(); e != null; e = reader.next()) {
      all.add(of(e));
    }
    return all;
  }

  static Listing of(TarEntry e) {
    return new Listing(
        e.type(),
        new String(e.path(), ISO_8859_1),
        new String(e.rawPath(), ISO_8859_1),
        new String(e.target(), ISO_8859_1),
        e.mode(),
        e.uid(),
        e.gid(),
        e.mtimeSeconds(),
        e.mtimeNanos(),
        e.major(),
        e.minor(),
        e.size(),
        e.dataPos(),
        e.sparse(),
        Arrays.stream(e.runs()).boxed().toList(),
        Arrays.stream(e.xattrs()).map(x -> new String(x, ISO_8859_1)).toList());
  }

  /** The file with its holes, from the runs. */
  byte[] content(byte[] tar) {
    byte[] file = new byte[(int) size];
    int at = (int) dataPos;
    for (int i = 0; i < runs.size(); i += 2) {
      int length = runs.get(i + 1).intValue();
      System.arraycopy(tar, at, file, runs.get(i).intValue(), length);
      at += length;
    }
    return file;
  }
}
