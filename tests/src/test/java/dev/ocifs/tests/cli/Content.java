package dev.ocifs.tests.cli;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.TestImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The tree that readers under pressure read: its bytes follow from a seed, so that each process
 * knows what it must find. Half of each block is noise, so that gzip has something to do.
 */
record Content(long seed, int files, int blocks) {
  static final int BLOCK_BYTES = 1 << 16;

  String name(int file) {
    return "d" + file % 7 + "/f" + file;
  }

  /** One block of a file; the last is shorter, so that not all is aligned. */
  byte[] block(int file, int block) {
    Random random = new Random(seed * 31 + file * 100_003L + block);
    byte[] noise = new byte[BLOCK_BYTES / 2];
    random.nextBytes(noise);
    byte[] bytes = new byte[block == blocks - 1 ? BLOCK_BYTES - 1 - file * 11 : BLOCK_BYTES];
    for (int i = 0; i < bytes.length; i += noise.length) {
      int length = Math.min(noise.length, bytes.length - i);
      System.arraycopy(noise, 0, bytes, i, i == 0 ? length : length / 64);
    }
    return bytes;
  }

  String digest(int file, int block) {
    return TestImage.sha256(block(file, block));
  }

  TestImage image() {
    List<List<Entry>> layers = List.of(new ArrayList<>(), new ArrayList<>());
    for (int file = 0; file < files; file++) {
      byte[] whole = new byte[(blocks - 1) * BLOCK_BYTES + block(file, blocks - 1).length];
      for (int block = 0; block < blocks; block++) {
        byte[] bytes = block(file, block);
        System.arraycopy(bytes, 0, whole, block * BLOCK_BYTES, bytes.length);
      }
      layers.get(file % 2).add(Entry.file(name(file), whole));
    }
    return TestImage.ofEntries(layers);
  }
}
