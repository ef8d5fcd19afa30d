package dev.ocifs.layerfs.metrics;

import dev.ocifs.oci.Digest;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recorder's event: a span of a layer was decoded, because a read touched it. */
@Name("dev.ocifs.SpanDecoded")
@Label("Span Decoded")
@Description("A span of a layer was decoded, because a read touched it")
@Category("ocifs")
@StackTrace(false)
public final class SpanDecodedEvent extends Event {
  @Label("diffID")
  String diffId = "";

  @Label("Span")
  int span;

  @Label("Size")
  @DataAmount
  long bytes;

  /** {@link FlightEvents#spanDecoded} makes them. */
  SpanDecodedEvent() {}

  /** Ends the event, and records it when this kind is asked for. */
  public void done(Digest layer, int layerSpan, long spanBytes) {
    end();
    if (shouldCommit()) {
      diffId = layer.toString();
      span = layerSpan;
      bytes = spanBytes;
      commit();
    }
  }
}
