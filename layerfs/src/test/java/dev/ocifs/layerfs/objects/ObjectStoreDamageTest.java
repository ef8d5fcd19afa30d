package dev.ocifs.layerfs.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.layerfs.batch.BatchScheduler;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not what was written: each is a miss and gone afterwards, or still right. */
class ObjectStoreDamageTest {
  private static final int LENGTH = 20_000;
  private static final int ROUNDS = 400;

  @TempDir private Path temp;
  private Store store;
  private ObjectStore objects;

  @BeforeEach
  void create() throws IOException {
    store = Store.open(temp.resolve("store"));
    objects = new ObjectStore(store, 1 << 20, 1 << 20, InstantSource.system(), byHand());
  }

  private static BatchScheduler byHand() {
    return (task, delay) -> {};
  }

  private Path keep(SpanKey key, byte[] content) {
    objects.offer(key, Spans.crc(content), content, true);
    objects.flush();
    return ObjectFiles.path(store.spans(), key);
  }

  private boolean finds(SpanKey key, byte[] content) {
    byte[] dst = new byte[content.length];
    boolean found = objects.find(key, Spans.crc(content), dst);
    assertThat(!found || Arrays.equals(dst, content)).isTrue();
    return found;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void damageOfAnyKindIsAMiss(boolean compressed) throws IOException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] content = compressed ? Spans.text(1, LENGTH) : Spans.random(1, LENGTH);
    SpanKey key = Spans.key(1, LENGTH);
    for (int round = 0; round < ROUNDS; round++) {
      Path file = keep(key, content);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = damaged(good, random);
      Files.write(file, bad);
      boolean same = Arrays.equals(good, bad);
      boolean found = finds(key, content);
      assertThat(!found || same || compressed).as("seed %d round %d", seed, round).isTrue();
      assertThat(Files.exists(file)).as("seed %d round %d", seed, round).isEqualTo(found);
    }
    assertThat(objects.stats().damaged()).isPositive();
  }

  private static byte[] damaged(byte[] good, SplittableRandom random) {
    byte[] bad = good.clone();
    int at = random.nextInt(good.length);
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(good, at); // cut
      case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(100)); // grown
      case 2 -> { // a byte of the header or of any
        bad[random.nextBoolean() ? at % ObjectFile.HEADER_BYTES : at] ^= (byte) random.nextInt(256);
        yield bad;
      }
      default -> { // a page that never reached the disk
        Arrays.fill(bad, at, Math.min(bad.length, at + 4096), (byte) 0);
        yield bad;
      }
    };
  }

  /** The header's checksum is right, so that it is the fields themselves that are looked at. */
  @ParameterizedTest
  @ValueSource(ints = {8, 12, 16, 24, 28, 32})
  void aForgedHeaderIsAMiss(int at) throws IOException {
    for (int value : new int[] {0, 1, 2, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, LENGTH + 1}) {
      byte[] content = Spans.text(1, LENGTH);
      SpanKey key = Spans.key(1, LENGTH);
      Path file = keep(key, content);
      byte[] bytes = Files.readAllBytes(file);
      ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (header.getInt(at) == value) {
        continue;
      }
      header.putInt(at, value);
      CRC32C crc = new CRC32C();
      crc.update(key.diffId().toString().getBytes(StandardCharsets.US_ASCII));
      crc.update(bytes, 0, 36);
      header.putInt(36, (int) crc.getValue());
      Files.write(file, bytes);
      assertThat(finds(key, content)).as("value %d at %d", value, at).isFalse();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void aFileInTheWrongPlaceIsAMiss() throws IOException {
    byte[] content = Spans.text(1, LENGTH);
    SpanKey key = Spans.key(1, LENGTH);
    Digest other = Hasher.hash(Digest.Algorithm.SHA256, new byte[1]);
    SpanKey[] wrong = {new SpanKey(other, key.start(), LENGTH), Spans.key(2, LENGTH)};
    for (SpanKey place : wrong) {
      Path from = keep(key, content);
      Path to = keep(place, Spans.text(2, LENGTH));
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      assertThat(finds(place, content)).isFalse();
      assertThat(finds(key, content)).isTrue();
    }
  }

  @Test
  void whatTheIndexGivesAnotherChecksumIsAMiss() {
    byte[] content = Spans.text(1, LENGTH);
    SpanKey key = Spans.key(1, LENGTH);
    Path file = keep(key, content);
    assertThat(objects.find(key, Spans.crc(content) + 1, new byte[LENGTH])).isFalse();
    assertThat(file).doesNotExist();
    assertThat(objects.stats().damaged()).isEqualTo(1);
  }

  @Test
  void aFolderInItsPlaceIsAMiss() throws IOException {
    byte[] content = Spans.text(1, LENGTH);
    SpanKey key = Spans.key(1, LENGTH);
    Path file = keep(key, content);
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(finds(key, content)).isFalse();
    assertThat(objects.stats().entries()).isZero();
  }
}
