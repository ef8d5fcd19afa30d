package dev.ocifs.tests.model;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.ByteText.utf8;

import dev.ocifs.tests.image.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random stacks of layers over a handful of names, so that whiteouts, links and entries of every
 * type meet each other all the time. The same seed gives the same stack. Not thread-safe.
 */
public final class RandomImage {
  private static final String[] NAMES = {"a", "b", "c", "lib", utf8("\u00e9"), "\u00ff\u0001z"};
  private static final String[] SLASHES = {"/", "/", "/", "//", "/./", "/x/../"};
  private static final int[] MODES = {0644, 0755, 0, 04755, 02755, 01777, 0600};
  private static final long[] IDS = {0, 0, 1000, 2_097_151, 2_097_152, 0xffff_fffeL};
  private static final long[] TIMES = {0, 1_600_000_000, -1, -1_000_000_000, 1L << 33, 1L << 40};

  private final Random random;

  public RandomImage(long seed) {
    random = new Random(seed);
  }

  /** Layers that need not be valid. */
  public List<List<Entry>> any() {
    List<List<Entry>> layers = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      layers.add(layer());
    }
    return layers;
  }

  /** Layers that are valid: of {@link #any} those entries that the model accepts. */
  public List<List<Entry>> valid() {
    List<List<Entry>> layers = any();
    while (true) {
      try {
        TreeModel.merge(layers);
        return layers;
      } catch (RuleBroken e) {
        layers.get(e.layer()).remove(e.entry());
      }
    }
  }

  private List<Entry> layer() {
    List<Entry> entries = new ArrayList<>();
    int count = random.nextInt(14);
    for (int i = 0; i < count; i++) {
      entries.add(entry());
    }
    return entries;
  }

  private Entry entry() {
    Entry entry =
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3 -> file();
          case 4, 5, 6, 7 -> Entry.directory(path() + (random.nextBoolean() ? "/" : ""));
          case 8, 9, 10 -> Entry.symlink(path(), target());
          case 11, 12, 13 -> Entry.hardLink(path(), path());
          case 14, 15 -> Entry.whiteout(path());
          case 16 -> Entry.opaque(random.nextInt(4) == 0 ? "" : path());
          case 17 -> node();
          default -> rare();
        };
    return decorate(entry);
  }

  private Entry file() {
    byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(3000) : random.nextInt(20)];
    random.nextBytes(content);
    return Entry.file(path(), content);
  }

  private Entry node() {
    return switch (random.nextInt(4)) {
      case 0 -> Entry.fifo(path());
      case 1 -> Entry.blockDevice(path(), random.nextInt(4096), random.nextInt(1 << 20));
      case 2 -> Entry.characterDevice(path(), 0, 0);
      default -> Entry.characterDevice(path(), 1, 3);
    };
  }

  private Entry rare() {
    return switch (random.nextInt(12)) {
      case 0 -> Entry.directory("./");
      case 1 -> Entry.symlink("./", "a");
      case 2 -> Entry.file(path() + "/", "");
      case 3 -> Entry.file(path() + "/.wh.b/" + name(), "in a directory called like a whiteout");
      case 4 -> Entry.file(".wh..wh.plnk/" + name(), "aufs");
      case 5 -> Entry.hardLink(path(), ".wh..wh.plnk/" + name());
      case 6 -> Entry.file(List.of(".wh.", ".wh..", ".wh...").get(random.nextInt(3)), "");
      case 7 -> whiteoutOfAnotherType();
      case 8 -> Entry.file(path() + "x".repeat(100 + random.nextInt(170)), "long");
      case 9 -> Entry.whiteout(".wh." + name());
      default -> sparse();
    };
  }

  private Entry whiteoutOfAnotherType() {
    String path = ".wh." + name();
    return switch (random.nextInt(4)) {
      case 0 -> Entry.directory(path);
      case 1 -> Entry.symlink(path, "a");
      case 2 -> Entry.hardLink(path, "a");
      default -> Entry.file(path, "not empty");
    };
  }

  private Entry sparse() {
    byte[] content = new byte[1 + random.nextInt(40_000)];
    random.nextBytes(content);
    List<Long> runs = new ArrayList<>();
    long at = random.nextInt(2000);
    while (at < content.length && random.nextInt(8) != 0) {
      long length = Math.min(content.length - at, 1 + random.nextInt(3000));
      runs.add(at);
      runs.add(length);
      at += length + 1 + random.nextInt(4000);
    }
    return Entry.file(path(), content).sparse(runs.stream().mapToLong(Long::longValue).toArray());
  }

  /** Sometimes gives attributes; owners beyond 32 bits are rare, as they spoil the whole stack. */
  private Entry decorate(Entry entry) {
    if (random.nextInt(2) == 0) {
      entry.mode(MODES[random.nextInt(MODES.length)]);
      entry.owner(IDS[random.nextInt(IDS.length)], IDS[random.nextInt(IDS.length)]);
      entry.mtime(
          TIMES[random.nextInt(TIMES.length)],
          random.nextBoolean() ? 0 : random.nextInt(1_000_000_000));
    }
    if (random.nextInt(400) == 0) {
      entry.owner(1L << 32, 0);
    }
    if (entry.type() != Entry.Type.HARD_LINK && random.nextInt(5) == 0) {
      xattr(entry);
    }
    return entry;
  }

  private void xattr(Entry entry) {
    switch (random.nextInt(6)) {
      case 0 -> entry.xattr("security.capability", capability());
      case 1 -> entry.xattr("security.selinux", "system_u:object_r:x:s0\0");
      case 2 -> entry.xattr("trusted.overlay.opaque", "y");
      case 3 -> entry.xattr("user.empty", "");
      default -> entry.xattr("user." + name(), bytes("\u00ff\0=\n" + random.nextInt()));
    }
  }

  /** Capabilities of version 2, as the kernel takes them (include/uapi/linux/capability.h). */
  private static byte[] capability() {
    byte[] value = new byte[20];
    value[3] = 2;
    value[5] = 4;
    return value;
  }

  private String name() {
    return NAMES[random.nextInt(NAMES.length)];
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    switch (random.nextInt(10)) {
      case 0 -> path.append("./");
      case 1 -> path.append('/');
      case 2 -> path.append("../");
      default -> {}
    }
    path.append(name());
    while (random.nextInt(5) < 2) {
      path.append(SLASHES[random.nextInt(SLASHES.length)]).append(name());
    }
    return path.toString();
  }

  private String target() {
    return switch (random.nextInt(8)) {
      case 0 -> "/" + name();
      case 1 -> "../" + name();
      case 2 -> "../../" + path();
      case 3 -> ".";
      case 4 -> "/";
      default -> path();
    };
  }
}
