package dev.ocifs.layerfs.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class EntryCodingTest {

  private static LayerEntry random(Random random) {
    LayerEntry entry = new LayerEntry();
    entry.clear();
    LayerEntry.Type[] types = LayerEntry.Type.values();
    entry.type = types[random.nextInt(types.length)];
    entry.path = bytes(random, random.nextInt(40));
    entry.mode = random.nextInt(010000);
    entry.uid = random.nextInt();
    entry.gid = random.nextInt();
    entry.mtimeSeconds = random.nextBoolean() ? random.nextLong() : random.nextInt();
    entry.mtimeNanos = random.nextInt(1_000_000_000);
    switch (entry.type) {
      case REGULAR -> {
        entry.size = random.nextLong(Long.MAX_VALUE);
        entry.dataPos = random.nextLong(Long.MAX_VALUE);
        if (random.nextInt(3) == 0) {
          entry.sparse = true;
          entry.runs = new long[random.nextInt(5) * 2];
          long at = 0;
          for (int i = 0; i < entry.runs.length; i += 2) {
            entry.runs[i] = at + random.nextInt(1 << 30);
            entry.runs[i + 1] = random.nextInt(1 << 30);
            at = entry.runs[i] + entry.runs[i + 1];
          }
        }
      }
      case SYMLINK, HARD_LINK -> entry.target = bytes(random, random.nextInt(5000));
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        entry.major = random.nextInt();
        entry.minor = random.nextInt();
      }
      default -> {}
    }
    entry.xattrs = new byte[random.nextInt(3) * 2][];
    for (int i = 0; i < entry.xattrs.length; i++) {
      entry.xattrs[i] = bytes(random, random.nextInt(200));
    }
    return entry;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= 3; // Shared beginnings are common.
    }
    return bytes;
  }

  @RepeatedTest(5)
  void entriesComeBackAsTheyWent(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    EntryEncoder encoder = new EntryEncoder();
    encoder.reset();
    List<LayerEntry> entries = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      LayerEntry entry = random(random);
      entries.add(entry);
      encoder.add(entry);
    }
    EntryDecoder decoder = new EntryDecoder();
    decoder.reset(encoder.bytes(), encoder.length());
    LayerEntry back = new LayerEntry();
    for (LayerEntry entry : entries) {
      assertThat(decoder.hasNext()).isTrue();
      decoder.next(back);
      assertThat(back).usingRecursiveComparison().isEqualTo(entry);
    }
    assertThat(decoder.hasNext()).isFalse();
  }

  @Test
  void foreignBytesEndInAnExceptionWithoutMuchMemory() {
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      EntryDecoder decoder = new EntryDecoder();
      decoder.reset(bytes, bytes.length);
      try {
        LayerEntry entry = new LayerEntry();
        while (decoder.hasNext()) {
          decoder.next(entry);
        }
      } catch (IllegalStateException | IndexOutOfBoundsException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void aPieceDoesNotNeedTheOneBefore() {
    EntryEncoder encoder = new EntryEncoder();
    Random random = new Random(3);
    encoder.reset();
    encoder.add(random(random));
    encoder.reset();
    LayerEntry entry = random(random);
    encoder.add(entry);
    EntryDecoder decoder = new EntryDecoder();
    decoder.reset(Arrays.copyOf(encoder.bytes(), encoder.length()), encoder.length());
    LayerEntry back = new LayerEntry();
    decoder.next(back);
    assertThat(back).usingRecursiveComparison().isEqualTo(entry);
    assertThatThrownBy(() -> decoder.next(back)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
