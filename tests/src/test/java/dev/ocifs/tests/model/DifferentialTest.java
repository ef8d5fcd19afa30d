package dev.ocifs.tests.model;

import static dev.ocifs.tests.image.ByteText.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.tar.TarEntry;
import dev.ocifs.layerfs.tar.TarInput;
import dev.ocifs.layerfs.tar.TarReader;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The model against trees that other engines made of hand-made layouts: it has understood the rules
 * as the cases decide them.
 */
class DifferentialTest {

  @TestFactory
  List<DynamicTest> theModelAgreesWithTheCases() {
    Map<String, Object> expected = JsonValues.read(SharedFiles.path("differential/expected.json"));
    Map<String, Object> engines =
        JsonValues.object(
            JsonValues.read(SharedFiles.path("differential/engines.json")).get("cases"));
    return expected.keySet().stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        check(
                            SharedFiles.path("differential/layouts").resolve(name),
                            JsonValues.object(expected.get(name)),
                            JsonValues.object(engines.getOrDefault(name, Map.of())))))
        .toList();
  }

  private static void check(Path layout, Map<String, Object> expected, Map<String, Object> engines)
      throws IOException {
    TreeListing listing;
    try {
      listing = TreeModel.merge(layers(layout)).asMounted();
    } catch (RuleBroken | OcifsException e) {
      assertThat(expected).as(e.toString()).containsKey("error");
      return;
    }
    assertThat(expected).as("an error is due").doesNotContainKey("error");
    Map<String, Object> tree = new TreeMap<>();
    if (expected.containsKey("tree")) {
      tree.putAll(JsonValues.object(expected.get("tree")));
    } else {
      tree.putAll(JsonValues.object(engines.get(String.valueOf(expected.get("as")))));
      JsonValues.object(expected.getOrDefault("override", Map.of()))
          .forEach(
              (path, change) -> {
                Map<String, Object> line = new TreeMap<>(JsonValues.object(tree.get(path)));
                line.putAll(JsonValues.object(change));
                tree.put(path, line);
              });
    }
    Set<String> ignored = new HashSet<>();
    JsonValues.list(expected.get("ignore")).forEach(key -> ignored.add(String.valueOf(key)));
    assertThat(new ForeignListing(tree).differences(listing, ignored)).isEmpty();
  }

  /** The entries of the layers of a layout that holds one image. */
  private static List<List<Entry>> layers(Path layout) throws IOException {
    Map<String, Object> index = JsonValues.read(layout.resolve("index.json"));
    Object first = JsonValues.list(index.get("manifests")).get(0);
    Map<String, Object> manifest = JsonValues.read(blob(layout, first));
    List<List<Entry>> layers = new ArrayList<>();
    for (Object layer : JsonValues.list(manifest.get("layers"))) {
      byte[] bytes = Files.readAllBytes(blob(layout, layer));
      boolean gzip = bytes.length > 1 && bytes[0] == 0x1f;
      try (InputStream in = new ByteArrayInputStream(bytes);
          InputStream tar = gzip ? new GZIPInputStream(in) : in) {
        layers.add(entries(tar.readAllBytes()));
      }
    }
    return layers;
  }

  private static Path blob(Path layout, Object descriptor) {
    String digest = String.valueOf(JsonValues.object(descriptor).get("digest"));
    return layout.resolve("blobs").resolve(digest.replace(':', '/'));
  }

  private static List<Entry> entries(byte[] tar) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(tar);
    TarReader reader = new TarReader(new ArrayInput(in, tar.length), Limits.DEFAULT);
    List<Entry> entries = new ArrayList<>();
    for (TarEntry e = reader.next(); e != null; e = reader.next()) {
      Entry entry = entry(e, tar);
      entry.mode(e.mode());
      entry.owner(Integer.toUnsignedLong(e.uid()), Integer.toUnsignedLong(e.gid()));
      entry.mtime(e.mtimeSeconds(), e.mtimeNanos());
      for (int i = 0; i < e.xattrs().length; i += 2) {
        entry.xattr(text(e.xattrs()[i]), e.xattrs()[i + 1]);
      }
      entries.add(entry);
    }
    return entries;
  }

  private static Entry entry(TarEntry e, byte[] tar) {
    String path = text(e.rawPath());
    return switch (e.type()) {
      case REGULAR -> Entry.file(path, content(e, tar));
      case DIRECTORY -> Entry.directory(path);
      case SYMLINK -> Entry.symlink(path, text(e.target()));
      case HARD_LINK -> Entry.hardLink(path, text(e.target()));
      case CHARACTER_DEVICE -> Entry.characterDevice(path, e.major(), e.minor());
      case BLOCK_DEVICE -> Entry.blockDevice(path, e.major(), e.minor());
      case FIFO -> Entry.fifo(path);
    };
  }

  private static byte[] content(TarEntry e, byte[] tar) {
    byte[] content = new byte[(int) e.size()];
    long[] runs = e.sparse() ? e.runs() : new long[] {0, e.size()};
    int at = (int) e.dataPos();
    for (int i = 0; i < runs.length; i += 2) {
      System.arraycopy(tar, at, content, (int) runs[i], (int) runs[i + 1]);
      at += (int) runs[i + 1];
    }
    return content;
  }

  /** A tar in memory. */
  private record ArrayInput(ByteArrayInputStream in, int length) implements TarInput {
    @Override
    public int read(byte[] dst, int off, int len) {
      return in.read(dst, off, len);
    }

    @Override
    public long skip(long n) {
      return in.skip(n);
    }

    @Override
    public long position() {
      return (long) length - in.available();
    }
  }
}
