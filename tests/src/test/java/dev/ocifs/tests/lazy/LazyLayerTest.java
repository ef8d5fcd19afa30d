package dev.ocifs.tests.lazy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.cache.ChunkBounds;
import dev.ocifs.layerfs.cache.ChunkCache;
import dev.ocifs.layerfs.index.LayerIndex;
import dev.ocifs.layerfs.index.LayerIndexer;
import dev.ocifs.layerfs.objects.SpanStore;
import dev.ocifs.layerfs.read.DecoderPools;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.ReadListener;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.lazy.FetchQueue;
import dev.ocifs.oci.lazy.LazyBlob;
import dev.ocifs.oci.lazy.LazyOptions;
import dev.ocifs.oci.lazy.Timing;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.FileBlob;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.PublishedIndex;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.source.RemoteState;
import dev.ocifs.oci.store.Store;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.TarWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Spans of a blob that is partly here are verified one by one. */
@Timeout(120)
final class LazyLayerTest {
  private static final byte[] TAR = tar();

  @TempDir Path dir;

  private static byte[] tar() {
    Random random = new Random(4);
    byte[] content = new byte[6_000_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (random.nextInt(40) * (i / 1000 % 3));
    }
    return TarWriter.tar(Entry.file("a", content), Entry.file("b", "the last"));
  }

  /** A layer of which nothing is here. */
  private record Elsewhere(long size) implements RemoteLayer {
    @Override
    public boolean takesPublishedIndex() {
      return false;
    }

    @Override
    public Optional<PublishedIndex> publishedIndex() {
      return Optional.empty();
    }

    @Override
    public RemoteState state() {
      return new RemoteState(size, 0, 0, 0, 0, false, Optional.empty());
    }

    @Override
    public void complete(LongConsumer progress) {}
  }

  private static Digest sha256(byte[] bytes) {
    return Hasher.hash(Digest.Algorithm.SHA256, bytes);
  }

  private Store store() throws IOException {
    return Store.open(dir.resolve("store"));
  }

  private static ImageLayer layer(byte[] blob, ImageLayer.Opener opener) throws IOException {
    return new ImageLayer(
        0,
        MediaType.of("application/vnd.oci.image.layer.v1.tar+gzip"),
        Optional.of(sha256(blob)),
        blob.length,
        sha256(TAR),
        opener);
  }

  private ImageLayer local(byte[] blob) throws IOException {
    Path file = Files.write(dir.resolve("blob"), blob);
    return layer(blob, () -> FileBlob.open(file));
  }

  private LayerIndexer indexer(boolean digests) throws IOException {
    return new LayerIndexer(store(), Limits.DEFAULT, new Semaphore(1), false, digests);
  }

  private LazyBlob lazy(byte[] blob, FaultyRemote remote) throws IOException {
    return LazyBlob.open(
        store(),
        sha256(blob),
        blob.length,
        remote,
        new FetchQueue(FetchQueue.DEFAULT_PLACES, 0, Timing.SYSTEM),
        LazyOptions.DEFAULT);
  }

  private static LayerReader reader(LayerIndex index, LazyBlob blob) {
    return new LayerReader(
        index,
        0,
        false,
        () -> blob,
        new ChunkCache(ChunkBounds.of(1)),
        new DecoderPools(2),
        SpanStore.NONE,
        ReadListener.NONE);
  }

  private static void readAll(LayerReader reader) throws IOException {
    byte[] found = new byte[TAR.length];
    reader.read(0, MemorySegment.ofArray(found), 0, found.length);
    assertThat(found).isEqualTo(TAR);
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "GZIP_STORED", "ZSTD_FRAMES"})
  void everyByteOfALayerIsReadBeforeItsBlobIsHere(LayerBytes form) throws Exception {
    byte[] blob = form.of(TAR);
    FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> false);
    try (LayerIndex index = indexer(true).make(local(blob), read -> {});
        LayerReader reader = reader(index, lazy(blob, remote))) {
      byte[] end = new byte[100];
      reader.read(TAR.length - 5000, MemorySegment.ofArray(end), 0, 100);
      assertThat(remote.requestedBytes()).isLessThan(blob.length);
      readAll(reader);
      assertThat(remote.requestedBytes()).isEqualTo(blob.length);
      assertThat(remote.requests()).isLessThanOrEqualTo(2 + blob.length / (256 << 10));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "ZSTD_FRAMES"})
  void wrongBytesAreFetchedOnceMore(LayerBytes form) throws Exception {
    byte[] blob = form.of(TAR);
    FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> request == 1);
    try (LayerIndex index = indexer(true).make(local(blob), read -> {});
        LayerReader reader = reader(index, lazy(blob, remote))) {
      readAll(reader);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"PLAIN", "GZIP", "ZSTD_FRAMES"})
  void bytesThatStayWrongAreNeverServedAndOthersAre(LayerBytes form) throws Exception {
    byte[] blob = form.of(TAR);
    boolean[] lies = {true};
    FaultyRemote remote =
        new FaultyRemote(blob, (request, pos) -> lies[0] && pos < blob.length / 4);
    try (LayerIndex index = indexer(true).make(local(blob), read -> {});
        LayerReader reader = reader(index, lazy(blob, remote))) {
      MemorySegment dst = MemorySegment.ofArray(new byte[100]);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> reader.read(1000, dst, 0, 100))
            .isInstanceOfSatisfying(
                OcifsException.class,
                e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.MISMATCH))
            .hasMessageContaining(sha256(blob).toString());
      }
      reader.read(TAR.length - 2_000_000, dst, 0, 100);
      lies[0] = false;
      readAll(reader);
    }
  }

  @Test
  void anIndexWithoutDigestsIsMadeAnewForABlobThatIsNotHere() throws Exception {
    byte[] blob = LayerBytes.GZIP.of(TAR);
    try (LayerIndex index = indexer(false).make(local(blob), read -> {})) {
      assertThat(index.hasSpanDigests()).isFalse();
      index.checkAll();
      FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> false);
      try (LayerReader reader = reader(index, lazy(blob, remote))) {
        assertThatThrownBy(() -> readAll(reader)).hasMessageContaining("digests");
      }
    }
    assertThat(indexer(false).find(local(blob))).hasValueSatisfying(LayerIndex::close);
    FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> false);
    ImageLayer near = layer(blob, () -> lazy(blob, remote));
    ImageLayer far =
        new ImageLayer(
            0,
            near.mediaType(),
            near.digest(),
            near.size(),
            near.diffId(),
            near.opener(),
            Optional.of(new Elsewhere(blob.length)),
            near.annotations());
    assertThat(indexer(false).find(far)).isEmpty();
    try (LayerIndex index = indexer(false).make(far, read -> {})) {
      assertThat(index.hasSpanDigests()).isTrue();
      index.checkAll();
      for (int span = 0; span < index.spanCount(); span++) {
        int from = (int) index.spanStart(span);
        int to = (int) index.spanStart(span + 1);
        byte[] bytes = Arrays.copyOfRange(TAR, from, to);
        assertThat(Digest.sha256(index.spanDigest(span))).isEqualTo(sha256(bytes));
      }
    }
    assertThat(indexer(false).find(far)).hasValueSatisfying(LayerIndex::close);
    assertThat(remote.requestedBytes()).isLessThanOrEqualTo(blob.length);
  }

  /** A blob that notes where it is read as if somebody waited for just those bytes. */
  private record Watched(BlobSource blob, List<Long> urgent) implements BlobSource {
    @Override
    public long size() {
      return blob.size();
    }

    @Override
    public void readFully(long pos, byte[] dst, int off, int len) throws IOException {
      urgent.add(pos);
      blob.readFully(pos, dst, off, len);
    }

    @Override
    public void readOnce(long pos, byte[] dst, int off, int len) throws IOException {
      blob.readOnce(pos, dst, off, len);
    }

    @Override
    public boolean trusted() {
      return blob.trusted();
    }

    @Override
    public void verified() throws IOException {
      blob.verified();
    }

    @Override
    public void close() throws IOException {
      blob.close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LayerBytes.class,
      names = {"GZIP", "ZSTD", "ZSTD_FRAMES"})
  void aPassOverALayerThatIsNotHereGivesWayToReads(LayerBytes form) throws Exception {
    byte[] blob = form.of(TAR);
    FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> false);
    List<Long> urgent = Collections.synchronizedList(new ArrayList<>());
    ImageLayer layer = layer(blob, () -> new Watched(lazy(blob, remote), urgent));
    indexer(false).make(layer, read -> {}).close();
    assertThat(urgent).as("what tells the compression, and no more").containsExactly(0L);
    assertThat(remote.requestedBytes()).isEqualTo(blob.length);
  }

  @Test
  void theIndexingPassDownloadsTheBlob() throws Exception {
    byte[] blob = LayerBytes.GZIP.of(TAR);
    Files.write(dir.resolve("right"), blob);
    FaultyRemote remote = new FaultyRemote(blob, (request, pos) -> false);
    try (LayerIndex index =
        indexer(false).make(layer(blob, () -> lazy(blob, remote)), read -> {})) {
      int requests = remote.requests();
      assertThat(remote.requestedBytes()).isEqualTo(blob.length);
      assertThat(Files.mismatch(store().blob(sha256(blob)), dir.resolve("right"))).isEqualTo(-1);
      try (LayerReader reader = reader(index, lazy(blob, remote))) {
        readAll(reader);
      }
      assertThat(remote.requests()).isEqualTo(requests);
    }
  }
}
