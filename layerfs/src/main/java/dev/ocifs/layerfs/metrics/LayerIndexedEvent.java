package dev.ocifs.layerfs.metrics;

import dev.ocifs.oci.Digest;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recorder's event: a layer was read from end to end and its index written. */
@Name("dev.ocifs.LayerIndexed")
@Label("Layer Indexed")
@Description("A layer was read from end to end and its index written")
@Category("ocifs")
@StackTrace(false)
public final class LayerIndexedEvent extends Event {
  @Label("diffID")
  String diffId = "";

  @Label("Compressed Size")
  @DataAmount
  long compressedBytes;

  @Label("Size")
  @DataAmount
  long bytes;

  @Label("Entries")
  long entries;

  /** {@link FlightEvents#layerIndexed} makes them. */
  LayerIndexedEvent() {}

  /** Ends the event, and records it when this kind is asked for. */
  public void done(Digest layer, long layerCompressedBytes, long layerBytes, long layerEntries) {
    end();
    if (shouldCommit()) {
      diffId = layer.toString();
      compressedBytes = layerCompressedBytes;
      bytes = layerBytes;
      entries = layerEntries;
      commit();
    }
  }
}
