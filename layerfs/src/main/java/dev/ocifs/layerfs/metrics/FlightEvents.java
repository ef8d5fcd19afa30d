package dev.ocifs.layerfs.metrics;

import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Begins the flight recorder's events, once this JVM has a flight recorder.
 *
 * <p>The JVM takes 0.15 s to load the first class of events, whether or not anybody records: more
 * than a whole mount. So nothing here touches one before a recorder was made (by {@code
 * -XX:StartFlightRecording}, {@code jcmd JFR.start} or the API); until then each call costs the
 * reading of a field, and gives null. Thread-safe.
 */
public final class FlightEvents {
  private FlightEvents() {}

  /** An event that begins now, or null; {@link LayerIndexedEvent#done} ends it. */
  public static @Nullable LayerIndexedEvent layerIndexed() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    LayerIndexedEvent event = new LayerIndexedEvent();
    event.begin();
    return event;
  }

  /** An event that begins now, or null; {@link SpanDecodedEvent#done} ends it. */
  public static @Nullable SpanDecodedEvent spanDecoded() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    SpanDecodedEvent event = new SpanDecodedEvent();
    event.begin();
    return event;
  }

  /** An event that begins now, or null; {@link MountPhaseEvent#done} ends it. */
  public static @Nullable MountPhaseEvent mountPhase() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    MountPhaseEvent event = new MountPhaseEvent();
    event.begin();
    return event;
  }

  /**
   * Records that a cache gave something up.
   *
   * @param tier the cache's name
   */
  public static void cacheEvicted(String tier, long bytes) {
    if (FlightRecorder.isInitialized()) {
      new CacheEvictionEvent().done(tier, bytes);
    }
  }
}
