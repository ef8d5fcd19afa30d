package dev.ocifs.layerfs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole files are there and whole, or not there; equal ones are one; the oldest go first. */
class FileStoreTest {
  private static final Digest LAYER = digest("layer");
  private static final Digest OTHER = digest("another layer");
  private static final long HOUR = 3_600_000;

  @TempDir Path dir;
  private Store store;
  private long now = System.currentTimeMillis();
  private int syncs;

  private static Digest digest(String text) {
    return Hasher.hash(Digest.Algorithm.SHA256, text.getBytes(StandardCharsets.US_ASCII));
  }

  @BeforeEach
  void create() throws IOException {
    store = Store.open(dir.resolve("store"));
  }

  private FileStore open(long maxBytes) {
    InstantSource clock = () -> Instant.ofEpochMilli(now);
    return new FileStore(store, maxBytes, (folder, files) -> syncs++, clock);
  }

  private static FilePlace place(Digest layer, long pos, byte[] content) {
    return new FilePlace(layer, pos, content.length);
  }

  private static void add(FileStore files, FilePlace place, byte[] content) throws IOException {
    assertThat(files.makeRoom(content.length, Long.MAX_VALUE)).isTrue();
    try (FileBatch batch = files.batch()) {
      FileBatch.Draft draft = batch.begin(place);
      draft.write(content, 0, content.length);
      draft.end();
      batch.commit();
    }
  }

  private static byte[] bytes(int length, int fill) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  private List<Path> files(String folder) throws IOException {
    Path root = store.files().resolve(folder);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private List<String> faults() throws IOException {
    List<String> faults = new ArrayList<>();
    FileCheck check = new FileCheck(store);
    check.forEach(
        file -> check.contentFault(file).ifPresent(faults::add),
        file -> check.placeFault(file).ifPresent(faults::add));
    return faults;
  }

  @Test
  void whatWasMadeIsFoundByItsPlaceNowAndLater() throws IOException {
    byte[] content = bytes(100_000, 1);
    FilePlace place = place(LAYER, 512, content);
    FileStore files = open(1 << 20);
    assertThat(files.find(place)).isNull();
    add(files, place, content);

    for (FileStore each : List.of(files, open(1 << 20))) {
      assertThat(each.find(place)).hasBinaryContent(content);
      assertThat(each.find(place(OTHER, 512, content))).isNull();
      assertThat(each.find(place(LAYER, 513, content))).isNull();
      assertThat(each.find(new FilePlace(LAYER, 512, content.length - 1))).isNull();
      assertThat(each.makeRoom(1, 0)).isTrue();
      assertThat(each.stats().bytes()).isEqualTo(content.length);
    }
    assertThat(Files.getPosixFilePermissions(Objects.requireNonNull(files.find(place))))
        .containsExactly(PosixFilePermission.OWNER_READ);
    assertThat(faults()).isEmpty();
  }

  @Test
  void equalFilesOfWhateverLayersAreOne() throws IOException {
    byte[] content = bytes(5000, 2);
    FileStore files = open(1 << 20);
    try (FileBatch batch = files.batch()) {
      for (int i = 0; i < 3; i++) {
        FileBatch.Draft draft = batch.begin(place(LAYER, 512L * i, content));
        draft.write(content, 0, content.length);
        draft.end();
      }
      batch.commit();
    }
    add(files, place(OTHER, 0, content), content);

    assertThat(files("contents")).hasSize(1);
    assertThat(files("places")).hasSize(4);
    for (Path name : files("places")) {
      assertThat(Files.isSameFile(name, files("contents").getFirst())).isTrue();
    }
    assertThat(files.stats().bytes()).isEqualTo(content.length);
    assertThat(files.stats().shared()).isEqualTo(3);
    assertThat(syncs).isEqualTo(2);
    assertThat(faults()).isEmpty();
  }

  @Test
  void nothingHasANameBeforeTheDiskHasIt() throws IOException {
    byte[] content = bytes(5000, 3);
    DiskSync broken =
        (folder, channels) -> {
          assertThat(channels).hasSize(1);
          assertThat(channels.getFirst().size()).isEqualTo(content.length);
          assertThat(files("contents")).isEmpty();
          throw new IOException("the disk is gone");
        };
    FileStore files = FileStore.open(store, 1 << 20, broken);
    assertThatThrownBy(() -> add(files, place(LAYER, 0, content), content))
        .hasMessage("the disk is gone");
    try (FileBatch batch = files.batch()) { // ended in the middle of a file
      batch.begin(place(LAYER, 0, content)).write(content, 0, 100);
    }

    assertThat(files("contents")).isEmpty();
    assertThat(files("places")).isEmpty();
    assertThat(store.leftovers()).isEmpty();
    assertThat(files.find(place(LAYER, 0, content))).isNull();
  }

  @Test
  void holesTakeNoRoomAndCountAsZeros() throws IOException {
    int size = 8 << 20;
    FilePlace place = new FilePlace(LAYER, 0, size);
    FileStore files = open(1 << 30);
    try (FileBatch batch = files.batch()) {
      FileBatch.Draft draft = batch.begin(place);
      draft.skipTo(1 << 20);
      draft.write(new byte[] {1, 2, 3}, 0, 3);
      draft.end();
      batch.commit();
    }
    Path file = Objects.requireNonNull(files.find(place));
    byte[] due = new byte[size];
    System.arraycopy(new byte[] {1, 2, 3}, 0, due, 1 << 20, 3);
    assertThat(file).hasBinaryContent(due);
    assertThat(faults()).isEmpty();
  }

  @Test
  void whatLiesInAFileIsCopiedFromThere() throws IOException {
    byte[] layer = bytes(100_000, 0);
    new SplittableRandom(7).nextBytes(layer);
    Path source = Files.write(dir.resolve("layer"), layer);
    FilePlace place = new FilePlace(LAYER, 1000, 50_000);
    FileStore files = open(1 << 20);
    try (FileChannel channel = FileChannel.open(source, StandardOpenOption.READ);
        FileBatch batch = files.batch()) {
      FileBatch.Draft draft = batch.begin(place);
      draft.copy(layer, 1000, 20_000, channel, 1000);
      draft.copy(layer, 21_000, 30_000, channel, 21_000);
      draft.end();
      batch.commit();
    }
    assertThat(files.find(place)).hasBinaryContent(Arrays.copyOfRange(layer, 1000, 51_000));
    assertThat(faults()).isEmpty();
  }

  @Test
  void theOldestGoWhenThereIsNoRoomAndTheOpenLiveOn() throws IOException {
    FileStore files = open(10_000);
    for (int i = 0; i < 4; i++) {
      add(files, new FilePlace(LAYER, i, 2000), bytes(2000, i));
      add(files, new FilePlace(OTHER, i, 2000), bytes(2000, i));
      Path file = Objects.requireNonNull(files.find(new FilePlace(LAYER, i, 2000)));
      Files.setLastModifiedTime(file, FileTime.fromMillis(now - (10 - i) * HOUR));
    }
    Path oldest = Objects.requireNonNull(files.find(new FilePlace(LAYER, 0, 2000))); // a use
    Path second = store.files().resolve("places").resolve(Store.fileName(LAYER)).resolve("1-2000");
    try (FileChannel open = FileChannel.open(second, StandardOpenOption.READ)) {
      add(files, new FilePlace(LAYER, 9, 4000), bytes(4000, 9));

      assertThat(open.size()).isEqualTo(2000);
      assertThat(files.has(new FilePlace(LAYER, 1, 2000))).isFalse();
      assertThat(files.has(new FilePlace(OTHER, 1, 2000))).isFalse();
      assertThat(files.has(new FilePlace(LAYER, 9, 4000))).isTrue();
      assertThat(oldest).exists();
    }
    assertThat(files.stats().bytes()).isLessThanOrEqualTo(10_000);
    assertThat(files.stats().evictions()).isPositive();
    assertThat(faults()).isEmpty();
  }

  @Test
  void whatIsInUseIsNotGivenUpForMore() throws IOException {
    FileStore files = open(5000);
    add(files, new FilePlace(LAYER, 0, 4000), bytes(4000, 1));
    assertThat(files.makeRoom(4000, 0)).isFalse();
    assertThat(files.makeRoom(6000, Long.MAX_VALUE)).isFalse();
    assertThat(files.has(new FilePlace(LAYER, 0, 4000))).isTrue();
  }

  @Test
  void damageIsFound() throws IOException {
    FileStore files = open(1 << 20);
    FilePlace place = new FilePlace(LAYER, 0, 4000);
    add(files, place, bytes(4000, 1));
    add(files, new FilePlace(LAYER, 1, 4000), bytes(4000, 2));
    Path cut = Objects.requireNonNull(files.find(place));
    try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
      channel.truncate(100); // as root may
    }
    assertThat(files.find(place)).isNull();
    Files.write(store.files().resolve("contents").resolve("stray"), new byte[1]);
    Path alone = files.find(new FilePlace(LAYER, 1, 4000));
    Files.delete(Objects.requireNonNull(alone));
    Files.write(alone, bytes(4000, 2)); // right, but none of the contents

    assertThat(faults())
        .containsExactlyInAnyOrder(
            "its content is not the one that its name says",
            "it has another size than its name says",
            "no file of a layer has this content any more",
            "its content was not found right");
  }
}
