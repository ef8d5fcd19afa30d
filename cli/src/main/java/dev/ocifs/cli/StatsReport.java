package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.cache.CacheStats;
import dev.ocifs.oci.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a server does and has done, for people and for programs.
 *
 * @param pid the server's process
 * @param uptimeNanos how long it has served
 * @param heapUsedBytes heap in use, garbage included
 * @param heapMaxBytes what the heap may grow to
 */
record StatsReport(
    long pid,
    long uptimeNanos,
    List<Mount> mounts,
    List<Cache> caches,
    List<Pool> pools,
    long heapUsedBytes,
    long heapMaxBytes) {

  /** A directory that it serves, and the image there. */
  record Mount(String directory, String image, String backend) {}

  /**
   * One tier of its caches.
   *
   * @param hits what was asked for and there
   * @param misses what was asked for and had to be made or fetched
   * @param bytes what it holds
   * @param maxBytes what it may hold
   */
  record Cache(
      String tier,
      long hits,
      long misses,
      long evictions,
      long entries,
      long bytes,
      long maxBytes) {

    /** What has happened since an earlier look at the same tier; what it holds is as it is. */
    Cache since(Cache earlier) {
      return new Cache(
          tier,
          hits - earlier.hits,
          misses - earlier.misses,
          evictions - earlier.evictions,
          entries,
          bytes,
          maxBytes);
    }

    /** The hits in a hundred: {@code 99.5 %}, or "-" when it was not asked. */
    String hitRate() {
      long asked = hits + misses;
      return asked == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * hits / asked);
    }

    void writeTo(Json json) {
      json.beginObject()
          .member("tier", tier)
          .member("hits", hits)
          .member("misses", misses)
          .member("evictions", evictions)
          .member("entries", entries)
          .member("bytes", bytes)
          .member("maxBytes", maxBytes)
          .end();
    }
  }

  /**
   * A pool of objects.
   *
   * @param line its figures as the pool writes them, as {@code in_use=2/8 exhausted=0}
   */
  record Pool(String name, String line) {}

  /** The tiers of a library, fastest first; objects on disk where they are kept. */
  static List<Cache> tiers(LayerFs layers) {
    List<Cache> tiers = new ArrayList<>();
    tiers.add(tier("metadata", layers.metadataCache()));
    tiers.add(tier("chunks", layers.chunkCache()));
    CacheStats objects = layers.objects().asCache();
    if (objects.maxBytes() > 0) {
      tiers.add(tier("objects", objects));
    }
    CacheStats files = layers.files().asCache();
    if (files.maxBytes() > 0) {
      tiers.add(tier("files", files));
    }
    return tiers;
  }

  static Cache tier(String name, CacheStats stats) {
    return new Cache(
        name,
        stats.hits(),
        stats.misses(),
        stats.evictions(),
        stats.entries(),
        stats.bytes(),
        stats.maxBytes());
  }

  StatsReport {
    mounts = List.copyOf(mounts);
    caches = List.copyOf(caches);
    pools = List.copyOf(pools);
  }

  /** Lines for people, safe for a terminal. */
  List<String> text() {
    List<String> lines = new ArrayList<>();
    lines.add("Server:  process " + pid + ", up " + TimeSpan.format(uptimeNanos));
    lines.add(
        "Heap:    " + ByteSize.format(heapUsedBytes) + " of " + ByteSize.format(heapMaxBytes));
    lines.add("Mounts:  " + mounts.size());
    lines.addAll(mountTable());
    if (!caches.isEmpty()) {
      lines.add("");
      lines.addAll(cacheTable(caches));
    }
    if (!pools.isEmpty()) {
      lines.add("");
      for (Pool pool : pools) {
        lines.add("Pool " + Printable.escape(pool.name() + ": " + pool.line()));
      }
    }
    return lines;
  }

  private List<String> mountTable() {
    if (mounts.isEmpty()) {
      return List.of();
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DIRECTORY", "IMAGE", "BACKEND"));
    for (Mount mount : mounts) {
      rows.add(
          List.of(
              Printable.escape(mount.directory()),
              Printable.escape(mount.image()),
              Printable.escape(mount.backend())));
    }
    List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(Table.of(rows));
    return lines;
  }

  /** The tiers below each other, with a heading. */
  static List<String> cacheTable(List<Cache> caches) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("TIER", "HIT RATE", "HITS", "MISSES", "EVICTIONS", "ENTRIES", "SIZE", "LIMIT"));
    for (Cache cache : caches) {
      rows.add(
          List.of(
              Printable.escape(cache.tier()),
              cache.hitRate(),
              Long.toString(cache.hits()),
              Long.toString(cache.misses()),
              Long.toString(cache.evictions()),
              Long.toString(cache.entries()),
              ByteSize.format(cache.bytes()),
              ByteSize.format(cache.maxBytes())));
    }
    return Table.of(rows);
  }

  /** The same for programs. */
  String json() {
    Json json = new Json();
    json.beginObject()
        .member("pid", pid)
        .member("uptimeNanos", uptimeNanos)
        .member("heapUsedBytes", heapUsedBytes)
        .member("heapMaxBytes", heapMaxBytes)
        .beginArray("mounts");
    for (Mount mount : mounts) {
      json.beginObject()
          .member("directory", mount.directory())
          .member("image", mount.image())
          .member("backend", mount.backend())
          .end();
    }
    json.end().beginArray("caches");
    caches.forEach(cache -> cache.writeTo(json));
    json.end().beginArray("pools");
    for (Pool pool : pools) {
      json.beginObject().member("name", pool.name()).member("line", pool.line()).end();
    }
    return json.end().end().toString();
  }
}
