package dev.ocifs.cli;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Entries of an image picked by chance, every one as likely as any other: what a benchmark asks
 * for. The same image always gives the same sample.
 */
final class ViewSample {
  /** A name, and the directory that has it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(long directory, byte[] name, long inode, int type) {}

  /** A place in a regular file. */
  record Place(long inode, long pos) {}

  /** More than a processor's caches hold, and a small part of the smallest heap. */
  private static final int MAX_PICKED = 16_384;

  /** Where the walk ends, so that a huge image does not take longer than the measuring. */
  private static final int MAX_WALKED = 500_000;

  private static final long SEED = 1;

  private final Random random = new Random(SEED);
  private final List<Entry> entries = new ArrayList<>();
  private final List<Long> directories = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  private ViewSample() {}

  static ViewSample of(ImageView view) throws IOException {
    ViewSample sample = new ViewSample();
    sample.walk(view);
    return sample;
  }

  /** Empty for an empty image. */
  List<Entry> entries() {
    return entries;
  }

  /** The root at least. */
  List<Long> directories() {
    return directories;
  }

  /** Empty when no file has content; else by file first, then anywhere in it. */
  List<Place> places() {
    return places;
  }

  private void walk(ImageView view) throws IOException {
    Deque<Long> rest = new ArrayDeque<>(List.of(ImageView.ROOT));
    int[] seen = new int[3];
    Attributes attributes = new Attributes();
    while (!rest.isEmpty() && seen[0] < MAX_WALKED) {
      long directory = rest.remove();
      pick(directories, directory, seen[1]++);
      List<Entry> children = new ArrayList<>();
      view.list(
          directory,
          0,
          (name, length, inode, type, next) ->
              children.add(new Entry(directory, Arrays.copyOf(name, length), inode, type)));
      for (Entry child : children) {
        pick(entries, child, seen[0]++);
        if (child.type() == Attributes.S_IFDIR) {
          rest.add(child.inode());
        } else if (child.type() == Attributes.S_IFREG) {
          view.attributes(child.inode(), attributes);
          if (attributes.size > 0) {
            pick(places, new Place(child.inode(), random.nextLong(attributes.size)), seen[2]++);
          }
        }
      }
    }
  }

  /** Reservoir sampling (Vitter 1985, algorithm R): {@code seen} came before. */
  private <T> void pick(List<T> picked, T candidate, int seen) {
    if (picked.size() < MAX_PICKED) {
      picked.add(candidate);
      return;
    }
    int place = random.nextInt(seen + 1);
    if (place < MAX_PICKED) {
      picked.set(place, candidate);
    }
  }
}
