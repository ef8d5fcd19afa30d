package dev.ocifs.layerfs.metrics;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recorder's event: a cache gave something up to make room. Has no duration. */
@Name("dev.ocifs.CacheEviction")
@Label("Cache Eviction")
@Description("A cache gave something up to make room")
@Category("ocifs")
@StackTrace(false)
final class CacheEvictionEvent extends Event {
  @Label("Tier")
  String tier = "";

  @Label("Size")
  @DataAmount
  long bytes;

  /** Records the eviction, when this kind is asked for. */
  void done(String cacheTier, long entryBytes) {
    if (shouldCommit()) {
      tier = cacheTier;
      bytes = entryBytes;
      commit();
    }
  }
}
