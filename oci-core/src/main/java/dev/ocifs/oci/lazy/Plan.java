package dev.ocifs.oci.lazy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a blob, what is being fetched, and so what to fetch next. A unit is claimed by
 * at most one fetch, from its beginning until the unit is here or the fetch has ended: so nothing
 * is asked for twice, and wants that wait for their turn are merged when it comes. Guarded by the
 * lock of its fetcher.
 */
final class Plan {
  /** Units from {@code from} to before {@code to}. */
  record Range(int from, int to) {}

  private final PresenceMap map;
  private final Extents extents;
  private final int pieceUnits;
  private final int aheadUnits;
  private final BitSet claimed = new BitSet();
  private final Map<FetchPriority, List<Want>> wants = new EnumMap<>(FetchPriority.class);
  private @Nullable Want ahead;

  Plan(PresenceMap map, LazyOptions options) {
    this.map = map;
    extents = new Extents(units(options.firstExtentBytes()), units(options.maxExtentBytes()));
    pieceUnits = units(options.pieceBytes());
    aheadUnits = units(options.aheadBytes());
    for (FetchPriority rank : FetchPriority.values()) {
      wants.put(rank, new ArrayList<>());
    }
  }

  private static int units(long bytes) {
    return PresenceMap.units(bytes);
  }

  private List<Want> of(FetchPriority rank) {
    return wants.getOrDefault(rank, List.of());
  }

  void add(Want want) {
    of(want.rank).add(want);
  }

  void remove(Want want) {
    of(want.rank).remove(want);
    if (want == ahead) {
      ahead = null;
    }
  }

  /** All wants. */
  List<Want> all() {
    List<Want> all = new ArrayList<>();
    wants.values().forEach(all::addAll);
    return all;
  }

  boolean hasWants(FetchPriority rank) {
    return !of(rank).isEmpty();
  }

  /** Whether a pass goes over the blob, which will verify it. */
  boolean isPassing() {
    return ahead != null;
  }

  boolean hasWaiters(FetchPriority rank) {
    return of(rank).stream().anyMatch(want -> want.waiter != null);
  }

  /** The wants with part of this range that somebody waits for. */
  List<Want> waitingFor(Range range) {
    return all().stream()
        .filter(want -> want.waiter != null && want.from < range.to && range.from < want.to)
        .toList();
  }

  /**
   * Wants what a pass over the blob reads after a unit.
   *
   * @return whether that is more than was wanted so far
   */
  boolean runAhead(int unit, FetchPriority rank, long nowNanos) {
    int end = (int) Math.min(map.units(), (long) unit + aheadUnits);
    // In steps of pieces, or else the end of the window would be fetched in crumbs.
    int to = end == map.units() ? end : end / pieceUnits * pieceUnits;
    if (ahead != null) {
      if (ahead.from <= unit && to <= ahead.to) {
        return false;
      }
      remove(ahead);
    }
    ahead = new Want(unit, Math.max(unit, to), rank, true, null, nowNanos);
    add(ahead);
    return true;
  }

  /**
   * Claims what is to be fetched next for wants of this rank; null when all that they want is here
   * or being fetched.
   */
  @Nullable Range claim(FetchPriority rank, long maxBytes, long nowNanos) {
    for (Iterator<Want> each = of(rank).iterator(); each.hasNext(); ) {
      Want want = each.next();
      if (want.isMet(map, nowNanos)) {
        want.wake(); // another process has fetched it
        if (want.waiter == null && want != ahead) {
          each.remove();
        }
        continue;
      }
      int unit = firstFree(want.frontier, want.to);
      if (unit < want.to) {
        int length =
            Math.min(
                length(want, unit),
                Math.max(1, (int) Math.min(maxBytes / PresenceMap.UNIT_BYTES, pieceUnits)));
        int end = unit + 1;
        int limit = Math.min(map.units(), unit + length);
        while (end < limit && !map.has(end) && !claimed.get(end)) {
          end++;
        }
        claimed.set(unit, end);
        return new Range(unit, end);
      }
    }
    return null;
  }

  private int firstFree(int from, int to) {
    int unit = map.firstMissing(from, to);
    while (unit < to && claimed.get(unit)) {
      unit = map.firstMissing(Math.min(to, claimed.nextClearBit(unit)), to);
    }
    return unit;
  }

  private int length(Want want, int unit) {
    if (want.pieces) {
      return pieceUnits - unit % pieceUnits;
    }
    boolean rest = want.to - want.from > extents.most() && unit > want.from;
    return extents.units(unit, want.to - unit, rest);
  }

  boolean isClaimed(int unit) {
    return claimed.get(unit);
  }

  /** Gives up the claims of a fetch to units that did not arrive. */
  void release(int from, int to) {
    if (from < to) {
      claimed.clear(from, to);
    }
  }

  /** Says that a unit is here. */
  void arrived(int unit) {
    claimed.clear(unit);
    for (List<Want> ranked : wants.values()) {
      for (Want want : ranked) {
        if (want.has(unit)) {
          want.wake();
        }
      }
    }
  }

  /** Forgets what nobody waits for. */
  void dropExpectations() {
    wants.values().forEach(ranked -> ranked.removeIf(want -> want.waiter == null));
    ahead = null;
  }
}
