package dev.ocifs.tests.lazy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.index.EntryCursor;
import dev.ocifs.layerfs.index.LayerEntry;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.FetchQueue;
import dev.ocifs.oci.lazy.LazyBlob;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.lazy.Timing;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.Images;
import dev.ocifs.oci.source.OpenOptions;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.ListedLayer;
import dev.ocifs.tests.image.ListedLayer.Form;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a layer's own table of contents gives is what reading the layer through gives. */
@Timeout(120)
final class ListedLayerTest {
  private static final int CHUNK = 100_000;

  @TempDir Path dir;

  private static byte[] content(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt(60);
    }
    return bytes;
  }

  private static List<Entry> entries() {
    Random random = new Random(11);
    return List.of(
        Entry.directory("./").mode(0700),
        Entry.file(".no.prefetch.landmark", new byte[] {0xf}),
        Entry.directory("usr/").mtime(-5, 0),
        Entry.file("./usr/large", content(random, 3 * CHUNK + 17)).owner(7, 4_294_967_294L),
        Entry.file("/usr/a/../one", content(random, 1)).xattr("user.b", "\0\1").xattr("user.a", ""),
        Entry.file("usr/empty", ""),
        Entry.file("usr/exact", content(random, CHUNK)).mode(04755).mtime(1, 500_000_000),
        Entry.symlink("usr/link", "../../etc/passwd"),
        Entry.hardLink("usr/hard", "./usr/large"),
        Entry.characterDevice("usr/null", 1, 3),
        Entry.blockDevice("usr/disk", 8, 1),
        Entry.fifo("usr/fifo"),
        Entry.file("usr/\u00c3\u00a4 \"q\" \\", "umlaut"),
        Entry.whiteout("usr/gone"),
        Entry.opaque("opt"),
        Entry.file("usr/last", content(random, 5000)));
  }

  private static Digest sha256(byte[] bytes) {
    return Hasher.hash(Digest.Algorithm.SHA256, bytes);
  }

  private Store store() throws IOException {
    return Store.open(dir.resolve("store"));
  }

  private static ImageLayer layer(
      ListedLayer listed, Map<String, String> annotations, ImageLayer.Opener opener)
      throws IOException {
    return new ImageLayer(
        0,
        MediaType.of("application/vnd.oci.image.layer.v1.tar+gzip"),
        Optional.of(sha256(listed.blob())),
        listed.blob().length,
        sha256(listed.tar()),
        opener,
        Optional.empty(),
        annotations);
  }

  private ImageLayer local(ListedLayer listed) throws IOException {
    Path file = Files.write(dir.resolve("blob"), listed.blob());
    return layer(listed, listed.annotations(), () -> FileBlob.open(file));
  }

  private LazyBlob lazy(ListedLayer listed, FaultyRemote remote) throws IOException {
    return LazyBlob.open(
        store(),
        sha256(listed.blob()),
        listed.blob().length,
        remote,
        new FetchQueue(FetchQueue.DEFAULT_PLACES, 0, Timing.SYSTEM),
        LazyOptions.DEFAULT);
  }

  private TocIndexer tables() throws IOException {
    return new TocIndexer(store(), Limits.DEFAULT);
  }

  private LayerIndex pass(ImageLayer layer) throws IOException {
    return new LayerIndexer(store(), Limits.DEFAULT, new Semaphore(1), false)
        .make(layer, read -> {});
  }

  private static LayerReader reader(LayerIndex index, LayerReader.Opener opener) {
    return new LayerReader(
        index,
        0,
        false,
        opener,
        new ChunkCache(ChunkBounds.of(1)),
        new DecoderPools(2),
        SpanStore.NONE,
        ReadListener.NONE);
  }

  private static List<LayerEntry> list(LayerIndex index) throws IOException {
    List<LayerEntry> all = new ArrayList<>();
    EntryCursor cursor = index.entries();
    for (LayerEntry entry = new LayerEntry(); cursor.next(entry); entry = new LayerEntry()) {
      all.add(entry);
    }
    return all;
  }

  private static byte[] read(LayerReader reader, LayerEntry entry) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(entry.size)];
    reader.read(entry.dataPos, MemorySegment.ofArray(bytes), 0, bytes.length);
    return bytes;
  }

  /** Everything but where content lies. */
  private static void compare(LayerIndex found, LayerReader from, LayerIndex real, LayerReader tar)
      throws IOException {
    List<LayerEntry> expected = list(real);
    List<LayerEntry> actual = list(found);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      LayerEntry entry = actual.get(i);
      assertThat(entry)
          .as(new String(entry.path, StandardCharsets.UTF_8))
          .usingRecursiveComparison()
          .ignoringFields("dataPos")
          .isEqualTo(expected.get(i));
      if (entry.type == LayerEntry.Type.REGULAR) {
        assertThat(read(from, entry)).isEqualTo(read(tar, expected.get(i)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void aTableGivesWhatAPassGives(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    ImageLayer layer = local(listed);
    try (LayerIndex real = pass(layer);
        LayerIndex found = tables().make(layer);
        LayerReader tar = reader(real, layer::open);
        LayerReader from = reader(found, layer::open)) {
      compare(found, from, real, tar);
      found.checkAll();
      assertThat(found.facts().virtual()).isTrue();
      assertThat(found.facts().diffId()).isNotEqualTo(layer.diffId());
      assertThat(found.hasSpanDigests()).isTrue();
      for (int span = 0; span < found.spanCount(); span++) {
        byte[] bytes = new byte[(int) (found.spanStart(span + 1) - found.spanStart(span))];
        from.read(found.spanStart(span), MemorySegment.ofArray(bytes), 0, bytes.length);
        assertThat(Digest.sha256(found.spanDigest(span))).isEqualTo(sha256(bytes));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void theLayerIsNotReadForIt(Form form) throws Exception {
    List<Entry> entries = new ArrayList<>(entries());
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      entries.add(Entry.file("big" + i, content(random, CHUNK)));
    }
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries);
    FaultyRemote remote = new FaultyRemote(listed.blob(), (request, pos) -> false);
    ImageLayer layer = layer(listed, listed.annotations(), () -> lazy(listed, remote));
    try (LayerIndex found = tables().make(layer)) {
      assertThat(remote.requestedBytes()).isLessThan(listed.blob().length / 2);
      assertThat(remote.requests()).isLessThanOrEqualTo(2);
      long before = remote.requestedBytes();
      List<LayerEntry> all = list(found);
      LayerEntry first = all.get(3);
      try (LayerReader from = reader(found, () -> lazy(listed, remote))) {
        assertThat(read(from, first)).isEqualTo(entries.get(3).content());
        assertThat(remote.requestedBytes() - before).isLessThan(listed.blob().length / 2);
      }
    }
    int requests = remote.requests();
    try (LayerIndex again = tables().find(layer).orElseThrow()) {
      assertThat(again.facts().entries()).isPositive();
    }
    assertThat(remote.requests()).isEqualTo(requests);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void wrongBytesOfAChunkAreNotServed(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    ImageLayer layer = local(listed);
    try (LayerIndex found = tables().make(layer)) {
      FaultyRemote remote = new FaultyRemote(listed.blob(), (request, pos) -> true);
      try (LayerReader from = reader(found, () -> lazy(listed, remote))) {
        LayerEntry large = list(found).get(3);
        assertThatThrownBy(() -> read(from, large))
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void aPassDoesNotTakeItsIndexForOneOfTheTar(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    ImageLayer layer = local(listed);
    tables().make(layer).close();
    LayerIndexer indexer = new LayerIndexer(store(), Limits.DEFAULT, new Semaphore(1), false);
    assertThat(indexer.find(layer)).isEmpty();
    try (LayerIndex real = indexer.make(layer, read -> {})) {
      assertThat(real.facts().virtual()).isFalse();
      assertThat(real.facts().diffId()).isEqualTo(layer.diffId());
    }
    tables().forget(layer);
    assertThat(tables().find(layer)).isEmpty();
    assertThat(indexer.find(layer)).hasValueSatisfying(LayerIndex::close);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void aTableThatNobodyVouchesForIsNotUsed(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    Path file = Files.write(dir.resolve("blob"), listed.blob());
    ImageLayer layer = layer(listed, Map.of(), () -> FileBlob.open(file));
    refused(layer, "does not vouch");
  }

  private void refused(ImageLayer layer, String why) throws IOException {
    assertThatThrownBy(() -> tables().make(layer).close())
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).as(e.what()).isEqualTo(OcifsException.Kind.INVALID_IMAGE))
        .hasMessageContaining(why);
    assertThat(tables().find(layer)).isEmpty();
  }

  private void refused(Form form, String why, String from, String to) throws IOException {
    refused(form, why, json -> json.replaceFirst(from, to));
  }

  private void refused(Form form, String why, ListedLayer.Forgery forgery) throws IOException {
    refused(forged(form, forgery), why);
  }

  /** A layer whose table says something else than what is there. */
  private ImageLayer forged(Form form, ListedLayer.Forgery forgery) throws IOException {
    return local(
        ListedLayer.of(
            form,
            CHUNK,
            entries(),
            json -> {
              String forged = forgery.of(json);
              assertThat(forged).isNotEqualTo(json);
              return forged;
            }));
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void tablesThatLieAreRefused(Form form) throws Exception {
    refused(form, "not known", "\"version\":1", "\"version\":2");
    refused(form, "order", "\"offset\":[0-9]+", "\"offset\":99999999");
    refused(form, "out of range", "\"offset\":[0-9]+", "\"offset\":-1");
    refused(form, "order", "\"offset\":[0-9]+", "\"offset\":0");
    refused(form, "no digest", json -> json.replace("\"chunkDigest\"", "\"x\""));
    refused(form, "not its content", "\"size\":300017", "\"size\":200017");
    refused(form, "chunk", "\"size\":300017", "\"size\":9000000000000000000");
    refused(form, "not its content", "\"chunkOffset\":100000", "\"chunkOffset\":100001");
    refused(form, "not its content", "\"chunkSize\":100000", "\"chunkSize\":400000");
    refused(
        form,
        "stands alone",
        json -> json.replaceAll("\"chunk\",\"name\":\"./usr/large", "\"chunk\",\"name\":\"x"));
    refused(form, "of type 'sock'", "\"type\":\"fifo\"", "\"type\":\"sock\"");
    refused(form, "called like a directory", "usr/empty", "usr/empty/");
    refused(form, "255", "usr/empty", "u".repeat(256));
    refused(form, "not be that of the tar", "usr/empty", "usr/\ufffd");
    refused(form, "half a character", "usr/empty", "\\\\ud800");
    refused(form, "NUL", "usr/empty", "\\\\u0000");
    refused(form, "uid", "\"uid\":7", "\"uid\":4294967295");
    refused(form, "device", "\"devMinor\":3", "\"devMinor\":4294967296");
    refused(form, "symbolic link", "../../etc/passwd", "");
    refused(form, "no time", "\"modtime\":\"[^\"]*\"", "\"modtime\":\"now\"");
    refused(form, "Base64", "\"xattrs\":\\{\"user.a\":\"\"", "\"xattrs\":{\"user.a\":\"!\"");
    refused(form, "stands twice", "\"uid\":7", "\"uid\":7,\"uid\":7");
    refused(form, "strict JSON", json -> json.substring(0, json.length() - 1));
    refused(
        form,
        "sha256",
        "\"chunkDigest\":\"sha256:[^\"]*\"",
        "\"chunkDigest\":\"sha512:" + "0".repeat(128) + "\"");
  }

  @Test
  void filesThatShareAGzipMemberAreRefused() throws Exception {
    refused(Form.ESTARGZ, "one gzip member", "\"offset\":", "\"innerOffset\":512,\"offset\":");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void oddNamesAndSecondEntriesMeanWhatTheyMeanInTheTar(Form form) throws Exception {
    List<Entry> odd =
        List.of(
            Entry.file("twice", "first"),
            Entry.directory("thing"),
            Entry.file("../../climbs", "stays inside"),
            Entry.file("a/../../b", "b"),
            Entry.file("/../c", "c"),
            Entry.hardLink("hard", "../../climbs"),
            Entry.file("thing", "no directory now"),
            Entry.file("twice", "second"));
    ImageLayer layer = local(ListedLayer.of(form, CHUNK, odd));
    try (LayerIndex real = pass(layer);
        LayerIndex found = tables().make(layer);
        LayerReader tar = reader(real, layer::open);
        LayerReader from = reader(found, layer::open)) {
      compare(found, from, real, tar);
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void chunksThatOverlapOrEndElsewhereAreRefused(Form form) throws Exception {
    refused(
        form,
        "order",
        json -> {
          // Each chunk begins where the first does.
          String first = json.replaceFirst("(?s).*?\"offset\":([0-9]+).*", "$1");
          return json.replaceAll("\"offset\":[0-9]+", "\"offset\":" + first);
        });
    if (form == Form.ZSTD_CHUNKED) {
      refused(form, "ends before", "\"endOffset\":[0-9]+", "\"endOffset\":1");
      refused(form, "or outside", "\"endOffset\":[0-9]+", "\"endOffset\":99999999");
    }
  }

  /** What a table cannot be seen to lie about is found out when the file is read. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void aChunkOfAnotherDigestPlaceOrLengthIsNotServed(Form form) throws Exception {
    String other = sha256("other".getBytes(StandardCharsets.UTF_8)).toString();
    lies(form, json -> json.replaceAll("sha256:[0-9a-f]{64}", other));
    lies(
        form,
        json ->
            json.replaceFirst(
                "(\"usr/last\".*\"size\":)5000(.*?)(\"chunkSize\":5000)?", "$14999$2$3"));
    lies(
        form,
        json -> {
          // A little farther on: in the midst of the gzip member or frame.
          Matcher last = Pattern.compile("\"offset\":([0-9]+)").matcher(json);
          return last.replaceAll(at -> "\"offset\":" + (Long.parseLong(at.group(1)) + 3));
        });
  }

  private void lies(Form form, ListedLayer.Forgery forgery) throws IOException {
    ImageLayer layer = forged(form, forgery);
    assertThatThrownBy(() -> readLast(layer))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind().blamesImage()).as("%s", e).isTrue());
  }

  private byte[] readLast(ImageLayer layer) throws IOException {
    try (LayerIndex found = tables().make(layer);
        LayerReader from = reader(found, layer::open)) {
      return read(
          from, list(found).stream().filter(ListedLayerTest::isLast).findFirst().orElseThrow());
    }
  }

  private static boolean isLast(LayerEntry entry) {
    return Arrays.equals(entry.path, "usr/last".getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void aTableOfAnotherDigestIsRefused(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    Map<String, String> annotations = new HashMap<>(listed.annotations());
    annotations.replaceAll(
        (key, value) -> value.startsWith("sha256:") ? "sha256:" + "0".repeat(64) : value);
    Path file = Files.write(dir.resolve("blob"), listed.blob());
    refused(layer(listed, annotations, () -> FileBlob.open(file)), "not the digest");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void moreEntriesThanTheLimitAreRefused(Form form) throws Exception {
    ImageLayer layer = local(ListedLayer.of(form, CHUNK, entries()));
    TocIndexer strict = new TocIndexer(store(), Limits.DEFAULT.withMaxEntries(5));
    assertThatThrownBy(() -> strict.make(layer))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.LIMIT));
  }

  /** With any byte of the end of the layer changed it is refused, or means the same. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void damageAtTheEndNeverCausesAnotherError(Form form) throws Exception {
    ListedLayer listed = ListedLayer.of(form, CHUNK, entries());
    Random random = new Random(3);
    Path file = dir.resolve("blob");
    for (int i = 0; i < 60; i++) {
      byte[] blob = listed.blob().clone();
      int at = blob.length - 1 - random.nextInt(i % 2 == 0 ? 60 : 2000);
      blob[at] ^= (byte) (1 << random.nextInt(8));
      Map<String, String> vouched = listed.annotations();
      ListedLayer damaged = new ListedLayer(blob, listed.tar(), vouched);
      Files.write(file, blob);
      try {
        tables().make(layer(damaged, vouched, () -> FileBlob.open(file))).close();
      } catch (OcifsException e) {
        assertThat(e.kind().blamesImage()).as("byte " + at + ": " + e).isTrue();
      }
    }
  }

  @Test
  void whatSkopeoWritesIsReadByItsTable() throws Exception {
    Path layout = dir.resolve("layout");
    OciLayoutWriter.write(layout, TestImage.of(TestLayer.of(realEntries())));
    Path out = dir.resolve("chunked");
    Optional<String> trouble = skopeo("oci:" + layout, "oci:" + out + ":a");
    assumeTrue(trouble.isEmpty(), () -> "skopeo cannot write zstd:chunked: " + trouble);
    try (Image image = Images.open("oci:" + out + ":a", OpenOptions.DEFAULT)) {
      ImageLayer layer = image.layers().get(0);
      assertThat(layer.annotations()).containsKey("io.containers.zstd-chunked.manifest-checksum");
      try (LayerIndex real = pass(layer);
          LayerIndex found = tables().make(layer);
          LayerReader tar = reader(real, layer::open);
          LayerReader from = reader(found, layer::open)) {
        compare(found, from, real, tar);
        assertThat(found.spanCount()).isGreaterThan(10);
      }
    }
  }

  private static List<Entry> realEntries() {
    List<Entry> entries = new ArrayList<>(entries());
    entries.removeIf(entry -> !entry.xattrs().isEmpty()); // an empty one is none for skopeo
    entries.add(Entry.file("x", "y").xattr("user.b", "\0\1").xattr("security.capability", "c"));
    byte[] holes = new byte[500_000];
    Arrays.fill(holes, 200_000, 200_100, (byte) 1);
    entries.add(Entry.file("holes", holes));
    entries.add(Entry.file("much", content(new Random(9), 3_000_000)));
    return entries;
  }

  private static Optional<String> skopeo(String from, String to) throws Exception {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "skopeo",
                  "--insecure-policy",
                  "copy",
                  "--dest-compress-format",
                  "zstd:chunked",
                  from,
                  to)
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return Optional.of("it is not installed");
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? Optional.empty() : Optional.of(output);
  }
}
