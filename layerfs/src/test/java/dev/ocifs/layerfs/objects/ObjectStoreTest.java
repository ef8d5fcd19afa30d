package dev.ocifs.layerfs.objects;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.layerfs.batch.BatchScheduler;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every user of decoded spans on disk relies on. Only {@code flush} writes here. */
class ObjectStoreTest {
  private static final int LENGTH = 100_000;

  /** What a raw span of this length takes: with its header 25 blocks. */
  private static final long ON_DISK = 25 * 4096;

  private static final BatchScheduler BY_HAND = (task, delay) -> {};

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  @TempDir private Path temp;
  private Store store;
  private ObjectStore objects;

  @BeforeEach
  void create() throws IOException {
    store = Store.open(temp.resolve("store"));
    objects = open(10 * ON_DISK);
  }

  @AfterEach
  void close() {
    objects.close();
  }

  private ObjectStore open(long maxBytes) {
    return new ObjectStore(store, maxBytes, 1 << 20, now::get, BY_HAND);
  }

  private void keep(int number, byte[] content) {
    objects.offer(Spans.key(number, content.length), Spans.crc(content), content, true);
    objects.flush();
  }

  private boolean finds(int number, byte[] content) {
    byte[] dst = new byte[content.length + 8];
    boolean found = objects.find(Spans.key(number, content.length), Spans.crc(content), dst);
    if (found) {
      assertThat(Arrays.copyOf(dst, content.length)).isEqualTo(content);
      assertThat(Arrays.copyOfRange(dst, content.length, dst.length)).containsOnly(0);
    }
    return found;
  }

  private static byte[] span(int number) {
    return Spans.random(number, LENGTH);
  }

  @Test
  void givesBackWhatItKept() {
    assertThat(finds(1, span(1))).isFalse();
    keep(1, span(1));
    assertThat(finds(1, span(1))).isTrue();
    assertThat(finds(2, span(2))).isFalse();
    ObjectStats stats = objects.stats();
    assertThat(stats.hits()).isEqualTo(1);
    assertThat(stats.misses()).isEqualTo(2);
    assertThat(stats.writes()).isEqualTo(1);
    assertThat(stats.entries()).isEqualTo(1);
    assertThat(stats.bytes()).isEqualTo(ON_DISK);
  }

  @Test
  void keepsWhatIsDecodedASecondTime() {
    byte[] content = span(1);
    for (int i = 0; i < 2; i++) {
      assertThat(finds(1, content)).isFalse();
      objects.offer(Spans.key(1, LENGTH), Spans.crc(content), content, false);
      objects.flush();
    }
    assertThat(finds(1, content)).isTrue();
    assertThat(objects.stats().writes()).isEqualTo(1);
  }

  @Test
  void compressesWhatYields() {
    byte[] text = Spans.text(1, LENGTH);
    keep(1, text);
    assertThat(finds(1, text)).isTrue();
    assertThat(objects.stats().bytes()).isLessThan(LENGTH / 2);
    assertThat(objects.stats().savedBytes()).isEqualTo(LENGTH - objects.stats().bytes());
  }

  @Test
  void givesUpWhatWasUsedLongestAgo() {
    for (int i = 0; i < 10; i++) {
      keep(i, span(i));
    }
    assertThat(objects.stats().bytes()).isEqualTo(10 * ON_DISK);
    assertThat(finds(0, span(0))).isTrue();
    keep(10, span(10));
    assertThat(objects.stats().evictions()).isEqualTo(1);
    assertThat(objects.stats().bytes()).isEqualTo(10 * ON_DISK);
    assertThat(finds(0, span(0))).isTrue();
    assertThat(finds(1, span(1))).isFalse();
    assertThat(ObjectFiles.path(store.spans(), Spans.key(1, LENGTH))).doesNotExist();
    assertThat(finds(10, span(10))).isTrue();
  }

  @Test
  void leavesOutWhatIsTooLarge() {
    keep(1, Spans.text(1, (1 << 20) + 1));
    assertThat(objects.stats().entries()).isZero();
    keep(2, Spans.random(2, 1 << 20)); // within the entry's bound, not within the store's
    keep(3, span(3));
    assertThat(objects.stats().entries()).isEqualTo(1);
    assertThat(objects.stats().evictions()).isZero();
  }

  @Test
  void outlivesTheProcessInTheOrderOfUse() {
    for (int i = 0; i < 10; i++) {
      keep(i, span(i));
      now.updateAndGet(at -> at.plusSeconds(100));
      FileTime time = FileTime.from(now.get());
      setTime(i, time);
    }
    now.updateAndGet(at -> at.plusSeconds(100));
    assertThat(finds(0, span(0))).isTrue(); // notes the time of its use
    objects.close();
    objects = open(4 * ON_DISK);
    assertThat(objects.stats().entries()).isEqualTo(4);
    assertThat(finds(0, span(0))).isTrue();
    assertThat(finds(9, span(9))).isTrue();
    assertThat(finds(7, span(7))).isTrue();
    assertThat(finds(6, span(6))).isFalse();
    assertThat(ObjectFiles.path(store.spans(), Spans.key(6, LENGTH))).doesNotExist();
  }

  private void setTime(int number, FileTime time) {
    try {
      Files.setLastModifiedTime(ObjectFiles.path(store.spans(), Spans.key(number, LENGTH)), time);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void overlooksWhatIsNotItsOwn() throws IOException {
    keep(1, span(1));
    Path layer = store.spans().resolve(Store.fileName(Spans.LAYER));
    Files.createDirectory(layer.resolve("4096-5"));
    Files.writeString(layer.resolve("x"), "x");
    Files.writeString(layer.resolve("99999999999999999999-5"), "x");
    Files.createDirectory(store.spans().resolve("sha256-abc"));
    Files.writeString(store.spans().resolve("file"), "x");
    Files.writeString(store.spans().resolve("sha512-" + "a".repeat(128)), "x");
    Files.createSymbolicLink(layer.resolve("8192-5"), layer.resolve("x"));
    objects.close();
    objects = open(10 * ON_DISK);
    assertThat(objects.stats().entries()).isEqualTo(1);
    assertThat(finds(1, span(1))).isTrue();
  }

  @Test
  void anUnwritableFolderIsAMissAndLeftAloneAfterAWhile() throws IOException {
    Files.writeString(store.spans(), "in the way");
    for (int i = 0; i < 20; i++) {
      assertThat(finds(i, span(i))).isFalse();
      keep(i, span(i));
    }
    assertThat(objects.stats().failures()).isEqualTo(8);
    assertThat(objects.stats().entries()).isZero();
  }

  @Test
  void aLinkInTheWayIsReplacedAndNotFollowed() throws IOException {
    Path file = ObjectFiles.path(store.spans(), Spans.key(1, LENGTH));
    Files.createDirectories(requireNonNull(file.getParent()));
    Path other = Files.writeString(temp.resolve("other"), "x");
    Files.createSymbolicLink(file, other);
    keep(1, span(1));
    assertThat(finds(1, span(1))).isTrue();
    assertThat(other).hasContent("x");
  }

  @Test
  void aFileThatIsGoneIsAMiss() throws IOException {
    keep(1, span(1));
    Files.delete(ObjectFiles.path(store.spans(), Spans.key(1, LENGTH)));
    assertThat(finds(1, span(1))).isFalse();
    assertThat(objects.stats().bytes()).isZero();
    keep(1, span(1));
    assertThat(finds(1, span(1))).isTrue();
  }

  @Test
  void dropsWhatManyWaitForAndKeepsNothingOnceClosed() {
    for (int i = 0; i < 9; i++) {
      objects.offer(Spans.key(i, LENGTH), Spans.crc(span(i)), span(i), true);
    }
    assertThat(objects.stats().dropped()).isEqualTo(1);
    objects.close();
    assertThat(objects.stats().entries()).isEqualTo(8);
    keep(9, span(9));
    assertThat(objects.stats().entries()).isEqualTo(8);
    assertThat(finds(7, span(7))).isTrue();
  }

  @Test
  void refusesNoRoom() {
    assertThatThrownBy(() -> ObjectStore.open(store, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
