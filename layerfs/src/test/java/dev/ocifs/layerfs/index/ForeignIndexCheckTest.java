package dev.ocifs.layerfs.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test breaks one thing of an index that is good otherwise. */
class ForeignIndexCheckTest {
  private static final Digest ID = Digest.sha256(new byte[32]);
  private static final int SPAN = 1 << 20;

  @TempDir Path folder;

  private Path file;
  private final List<LayerEntry> entries = new ArrayList<>();
  private final List<Checkpoint> spans = new ArrayList<>();
  private LayerFacts facts = facts(Compression.GZIP, 3 << 20, false);
  private Limits limits = Limits.DEFAULT;
  private boolean digests = true;

  @BeforeEach
  void good() {
    file = folder.resolve("layer.idx");
    entries.add(entry(LayerEntry.Type.DIRECTORY, "usr", e -> {}));
    entries.add(
        entry(
            LayerEntry.Type.REGULAR,
            "usr/file",
            e -> {
              e.size = 2 << 20;
              e.dataPos = 1 << 20;
              e.xattrs = new byte[][] {bytes("user.a"), bytes("1"), bytes("user.b"), {}};
            }));
    entries.add(
        entry(LayerEntry.Type.SYMLINK, "usr/link", e -> e.target = bytes("../../etc/passwd")));
    entries.add(entry(LayerEntry.Type.HARD_LINK, "usr/hard", e -> e.target = bytes("usr/file")));
    entries.add(
        entry(
            LayerEntry.Type.REGULAR,
            "usr/sparse",
            e -> {
              e.size = 1L << 40;
              e.sparse = true;
              e.runs = new long[] {100, 200, 1L << 39, 300};
            }));
    spans.add(start(0, 0));
    spans.add(new Checkpoint(SPAN, 9000, 8001, Checkpoint.Kind.BLOCK, 0, new byte[32 << 10]));
    spans.add(start(2 * SPAN, 4000));
  }

  private static LayerFacts facts(Compression compression, long tarBytes, boolean kept) {
    return new LayerFacts(ID, ID, compression, 100_000, tarBytes, -1, kept, false);
  }

  private static Checkpoint start(long pos, long blobPos) {
    return new Checkpoint(pos, blobPos << 3, blobPos << 3, Checkpoint.Kind.START, 0, new byte[0]);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static LayerEntry entry(LayerEntry.Type type, String path, Consumer<LayerEntry> filling) {
    LayerEntry entry = new LayerEntry();
    entry.type = type;
    entry.path = bytes(path);
    filling.accept(entry);
    return entry;
  }

  private void check() throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      LayerIndexWriter writer = new LayerIndexWriter(channel);
      for (LayerEntry entry : entries) {
        writer.add(entry);
      }
      for (Checkpoint span : spans) {
        writer.beginSpan(span);
        writer.endSpan(0, digests ? new byte[32] : null);
      }
      writer.finish(
          new LayerFacts(
              facts.diffId(),
              facts.blob(),
              facts.compression(),
              facts.blobBytes(),
              facts.tarBytes(),
              facts.entries() < 0 ? entries.size() : facts.entries(),
              facts.kept(),
              facts.virtual()));
    }
    try (LayerIndex index = LayerIndex.open(file)) {
      ForeignIndexCheck.check(index, limits);
    }
  }

  private void refused(OcifsException.Kind kind, String why) {
    assertThatThrownBy(this::check)
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).as(e.what()).isEqualTo(kind))
        .hasMessageContaining(why);
  }

  private void refused(String why) {
    refused(OcifsException.Kind.INVALID_IMAGE, why);
  }

  private void refused(LayerEntry entry, String why) {
    entries.add(entry);
    refused(why);
    entries.remove(entry);
  }

  @Test
  void acceptsWhatAPassWrites() throws IOException {
    check();
  }

  @Test
  void acceptsALayerWithoutContent() throws IOException {
    entries.clear();
    spans.clear();
    facts = facts(Compression.ZSTD, 0, false);
    check();
  }

  @Test
  void refusesPathsThatAreNotNormal() {
    for (String path : List.of("/etc", "a//b", "a/", "./a", "a/./b", "../a", "a/../b", "..", ".")) {
      refused(entry(LayerEntry.Type.DIRECTORY, path, e -> {}), "not normal");
      refused(
          entry(LayerEntry.Type.HARD_LINK, "x", e -> e.target = bytes(path)),
          "target is not normal");
    }
    refused(entry(LayerEntry.Type.FIFO, "a\0b", e -> {}), "NUL");
    refused(entry(LayerEntry.Type.FIFO, "a".repeat(256), e -> {}), "255");
  }

  @Test
  void refusesPathsThatAreTooLong() {
    limits = Limits.DEFAULT.withMaxPathBytes(20).withMaxPathDepth(3);
    LayerEntry deep = entry(LayerEntry.Type.FIFO, "a/b/c/d", e -> {});
    entries.add(deep);
    refused(OcifsException.Kind.LIMIT, "4 components");
    entries.set(entries.size() - 1, entry(LayerEntry.Type.FIFO, "a".repeat(21), e -> {}));
    refused(OcifsException.Kind.LIMIT, "21 bytes");
  }

  @Test
  void refusesTargetsThatNoKernelTakes() {
    refused(entry(LayerEntry.Type.SYMLINK, "x", e -> e.target = bytes("")), "target");
    refused(entry(LayerEntry.Type.SYMLINK, "x", e -> e.target = new byte[4096]), "4095");
    refused(entry(LayerEntry.Type.SYMLINK, "x", e -> e.target = bytes("a\0b")), "NUL");
  }

  @Test
  void refusesNumbersOutOfRange() {
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.mode = 010000), "mode");
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.mode = -1), "mode");
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.uid = -1), "uid");
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.gid = -1), "gid");
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.mtimeNanos = 1_000_000_000), "time");
    refused(entry(LayerEntry.Type.FIFO, "x", e -> e.mtimeNanos = -1), "time");
    refused(entry(LayerEntry.Type.BLOCK_DEVICE, "x", e -> e.minor = -1), "device");
    refused(entry(LayerEntry.Type.REGULAR, "x", e -> e.size = -1), "size");
  }

  @Test
  void refusesContentOutsideTheLayer() {
    refused(file(3 << 20, 1), "outside");
    refused(file(-1, 1), "outside");
    refused(file(0, Long.MAX_VALUE), "outside");
    refused(file(Long.MAX_VALUE, Long.MAX_VALUE), "outside");
    refused(sparse(1000, 0, 4 << 20), "runs");
    refused(sparse(4 << 20, 0, (3 << 20) + 1), "outside");
    refused(sparse(1000, 100, 50, 140, 10), "runs");
    refused(sparse(1000, 100, 0), "runs");
    refused(sparse(1000, Long.MAX_VALUE, 10), "runs");
  }

  private static LayerEntry file(long pos, long size) {
    return entry(
        LayerEntry.Type.REGULAR,
        "x",
        e -> {
          e.dataPos = pos;
          e.size = size;
        });
  }

  private static LayerEntry sparse(long size, long... runs) {
    return entry(
        LayerEntry.Type.REGULAR,
        "x",
        e -> {
          e.size = size;
          e.sparse = true;
          e.runs = runs;
        });
  }

  @Test
  void refusesExtendedAttributesThatAreNotSorted() {
    refused(xattrs("user.b", "", "user.a", ""), "not sorted");
    refused(xattrs("user.a", "", "user.a", ""), "not sorted");
    refused(xattrs("", "x"), "no name");
    refused(xattrs("a\0", "x"), "NUL");
    limits = Limits.DEFAULT.withMaxPaxBytes(100);
    entries.add(xattrs("user.a", "x".repeat(100)));
    refused(OcifsException.Kind.LIMIT, "extended attributes");
  }

  private static LayerEntry xattrs(String... pairs) {
    return entry(
        LayerEntry.Type.FIFO,
        "x",
        e -> {
          e.xattrs = new byte[pairs.length][];
          for (int i = 0; i < pairs.length; i++) {
            e.xattrs[i] = bytes(pairs[i]);
          }
        });
  }

  @Test
  void refusesMoreThanTheLimitsAllow() {
    limits = Limits.DEFAULT.withMaxEntries(4);
    refused(OcifsException.Kind.LIMIT, "more than 4 entries");
    limits = Limits.DEFAULT.withMaxLayerBytes(1 << 20);
    refused(OcifsException.Kind.LIMIT, "bytes uncompressed");
  }

  @Test
  void refusesAnotherNumberOfEntries() {
    facts = new LayerFacts(ID, ID, Compression.GZIP, 100_000, 3 << 20, 4, false, false);
    refused("more entries");
    facts = new LayerFacts(ID, ID, Compression.GZIP, 100_000, 3 << 20, 6, false, false);
    refused("fewer entries");
  }

  @Test
  void refusesLayersWithoutSpans() {
    facts = facts(Compression.XZ, 3 << 20, false);
    refused("no spans");
    facts = facts(Compression.GZIP, 3 << 20, true);
    refused("uncompressed copy");
    facts = facts(Compression.GZIP, 3 << 20, false);
    spans.clear();
    refused("no spans");
  }

  @Test
  void refusesSpansWithoutDigests() {
    digests = false;
    refused("no digests");
  }

  @Test
  void refusesSpansThatDoNotAscend() {
    spans.set(0, start(1, 0));
    refused("begins late");
    spans.set(0, start(0, 2000));
    refused("out of place");
    spans.set(0, start(0, 0));
    spans.add(start(3 * SPAN - 1, 4000));
    refused("out of place");
    spans.set(3, start(3 * SPAN - 1, 100_001));
    refused("out of place");
    spans.set(3, start(SPAN, 5000));
    refused("-1048576 bytes");
    spans.set(3, start(4L * SPAN, 5000));
    refused("-1048576 bytes");
  }

  @Test
  void refusesSpansThatAreTooLong() {
    facts = facts(Compression.GZIP, 2 * SPAN + (8 << 20) + 1, false);
    refused("8388609 bytes");
  }

  @Test
  void refusesSpansThatCannotBegin() {
    spans.set(1, new Checkpoint(SPAN, 9000, 9001, Checkpoint.Kind.BLOCK, 0, new byte[8]));
    refused("cannot begin");
    spans.set(1, new Checkpoint(SPAN, 9000, 9000, Checkpoint.Kind.BLOCK, 65536, new byte[8]));
    refused("cannot begin");
    spans.set(1, new Checkpoint(SPAN, 9001, 9001, Checkpoint.Kind.START, 0, new byte[0]));
    refused("cannot begin");
    spans.set(1, new Checkpoint(SPAN, 8000, 8000, Checkpoint.Kind.START, 0, new byte[1]));
    refused("cannot begin");
    spans.set(1, new Checkpoint(SPAN, 8000, 8000, Checkpoint.Kind.BLOCK, 0, new byte[8]));
    facts = facts(Compression.ZSTD, 3 << 20, false);
    refused("cannot begin");
  }
}
