package dev.ocifs.cli;

import dev.ocifs.cli.BenchReport.Row;
import dev.ocifs.cli.BenchReport.Target;
import dev.ocifs.layerfs.metrics.Histogram;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Measures an image's view on one thread, operation by operation.
 *
 * <p>All operations are warmed up before the first is measured: what the compiler learns from one
 * changes the code of the next. Then each runs twice: in groups between two readings of the clock,
 * for its rate, and one by one, for the distribution of its times, which so contain one reading of
 * the clock (some 20 ns) each.
 */
final class ViewBench {
  /** Bytes of a page, which is what the kernel reads at least. */
  private static final int READ_BYTES = 4096;

  /** As many entries as a reply to READDIR of a page or two has. */
  private static final int LIST_ENTRIES = 64;

  /** Operations between two readings of the clock. */
  private static final int GROUP = 32;

  /** Places whose spans fit into the smallest cache together. */
  private static final int CACHED_PLACES = 64;

  private static final long SEED = 2;

  /** An engine of this kind is to do so many on one core, with names and attributes. */
  private static final Target METADATA = Target.perSecond(172_000);

  /** What reads from memory may take, and reads that have to decode. */
  private static final Target CACHED_READ = Target.p95(1_000_000);

  private static final Target DECODED_READ = Target.p95(10_000_000);

  /** One operation on the {@code i}-th thing of its sample; what it returns is only added up. */
  @FunctionalInterface
  private interface Body {
    long run(int i) throws IOException;
  }

  private record Subject(String operation, Target target, Body body) {}

  private final ImageView view;
  private final ImageView uncached;
  private final ViewSample sample;
  private final Attributes attributes = new Attributes();
  private final MemorySegment page = Arena.ofAuto().allocate(READ_BYTES);
  private int listed;
  private long sum;

  /**
   * @param uncached the same image without a cache of content
   */
  ViewBench(ImageView view, ImageView uncached) throws IOException {
    this.view = view;
    this.uncached = uncached;
    sample = ViewSample.of(view);
  }

  /** The number of rows that {@link #run} will give. */
  int rows() {
    return subjects().size();
  }

  /**
   * Runs everything, in about {@code rows() * (warmUpNanos + measuredNanos)}.
   *
   * @param warmUpNanos for each row
   * @param measuredNanos for each row
   */
  List<Row> run(long warmUpNanos, long measuredNanos) throws IOException {
    List<Subject> subjects = subjects();
    for (Subject subject : subjects) {
      rate(subject.body(), warmUpNanos / 2);
      times(subject.body(), warmUpNanos / 2);
    }
    List<Row> rows = new ArrayList<>();
    for (Subject subject : subjects) {
      double perSecond = rate(subject.body(), measuredNanos / 2);
      Histogram nanos = times(subject.body(), measuredNanos / 2);
      rows.add(new Row(subject.operation(), perSecond, nanos.snapshot(), subject.target()));
    }
    return rows;
  }

  /** The sum of all that the operations returned: asking for it keeps them from being left out. */
  long sum() {
    return sum;
  }

  private List<Subject> subjects() {
    Random random = new Random(SEED);
    List<Subject> subjects = new ArrayList<>();
    List<Long> directories = shuffled(sample.directories(), random);
    Body readdir = i -> list(directories.get(i % directories.size()));
    if (!sample.entries().isEmpty()) {
      List<ViewSample.Entry> entries = shuffled(sample.entries(), random);
      Body lookup = i -> lookup(entries.get(i % entries.size()));
      Body getattr = i -> getattr(entries.get(i % entries.size()).inode());
      subjects.add(new Subject("lookup", METADATA, lookup));
      subjects.add(new Subject("getattr", METADATA, getattr));
      // 5 of 10 names, 4 attributes, 1 directory: as when a tree of some depth is searched.
      Body mix =
          i -> {
            int kind = i % 10;
            return kind < 5 ? lookup.run(i) : kind < 9 ? getattr.run(i) : readdir.run(i);
          };
      subjects.add(new Subject("metadata mix", METADATA, mix));
    }
    subjects.add(new Subject("readdir", METADATA, readdir));
    if (!sample.places().isEmpty()) {
      List<ViewSample.Place> places = shuffled(sample.places(), random);
      int few = Math.min(CACHED_PLACES, places.size());
      subjects.add(
          new Subject("read 4 KiB cached", CACHED_READ, i -> read(view, places.get(i % few))));
      subjects.add(
          new Subject(
              "read 4 KiB random", DECODED_READ, i -> read(view, places.get(i % places.size()))));
      subjects.add(
          new Subject(
              "read 4 KiB decoded",
              DECODED_READ,
              i -> read(uncached, places.get(i % places.size()))));
    }
    return subjects;
  }

  private static <T> List<T> shuffled(List<T> list, Random random) {
    List<T> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }

  private long lookup(ViewSample.Entry entry) throws IOException {
    return view.lookup(entry.directory(), entry.name());
  }

  private long getattr(long inode) throws IOException {
    view.attributes(inode, attributes);
    return attributes.size;
  }

  private long list(long directory) throws IOException {
    listed = 0;
    view.list(directory, 0, this::listed);
    return listed;
  }

  private boolean listed(byte[] name, int length, long inode, int type, long nextOffset) {
    return ++listed < LIST_ENTRIES;
  }

  private long read(ImageView from, ViewSample.Place place) throws IOException {
    return from.read(place.inode(), place.pos(), page);
  }

  private double rate(Body body, long nanos) throws IOException {
    long start = System.nanoTime();
    long now = start;
    int i = 0;
    do {
      for (int end = i + GROUP; i < end; i++) {
        sum += body.run(i & Integer.MAX_VALUE);
      }
      now = System.nanoTime();
    } while (now - start < nanos);
    return i * 1e9 / (now - start);
  }

  private Histogram times(Body body, long nanos) throws IOException {
    Histogram histogram = new Histogram();
    long start = System.nanoTime();
    long before;
    int i = 0;
    do {
      before = System.nanoTime();
      sum += body.run(i++ & Integer.MAX_VALUE);
      histogram.record(System.nanoTime() - before);
    } while (before - start < nanos);
    return histogram;
  }
}
