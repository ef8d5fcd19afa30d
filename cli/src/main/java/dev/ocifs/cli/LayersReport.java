package dev.ocifs.cli;

import dev.ocifs.layerfs.LayerStatus;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.source.RemoteState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the layers of an image are got, for people and for programs. */
final class LayersReport {
  private static final int SHORT_HEX = 12;

  private LayersReport() {}

  /** A table with a line a layer; nothing when all was here from the beginning. */
  static List<String> text(List<LayerStatus> layers) {
    if (layers.stream().allMatch(l -> l.source() == LayerStatus.Source.LOCAL)) {
      return List.of();
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("LAYER", "SIZE", "HERE", "FETCHED", "SERVED", "REQUESTS", "STATE"));
    for (LayerStatus layer : layers) {
      RemoteState blob = layer.blob();
      rows.add(
          List.of(
              layer.layer().hex().substring(0, SHORT_HEX),
              ByteSize.format(blob.size()),
              ByteSize.format(blob.presentBytes()),
              ByteSize.format(blob.fetchedBytes()),
              ByteSize.format(blob.servedBytes()),
              Long.toString(blob.requests()),
              state(layer)));
    }
    return Table.of(rows);
  }

  private static String state(LayerStatus layer) {
    String state =
        layer.blob().complete() ? "complete" : (layer.lazy() ? "lazy: " : "") + why(layer);
    if (layer.refused().isPresent()) {
      state += "; read as a whole: " + Printable.escape(layer.refused().get());
    }
    Optional<String> fault = layer.blob().fault();
    return fault.isPresent() ? state + "; " + Printable.escape(fault.get()) : state;
  }

  private static String why(LayerStatus layer) {
    return switch (layer.source()) {
      case LOCAL -> "here";
      case INDEX -> "indexed before";
      case PUBLISHED_INDEX -> "by a published index";
      case TABLE_OF_CONTENTS -> "by its table of contents";
      case NO_INDEX ->
          layer.refused().isPresent()
              ? "its index cannot be used"
              : "to be fetched as a whole: it has no index";
    };
  }

  /** An array of the layers, base first. */
  static void writeTo(Json json, List<LayerStatus> layers) {
    json.beginArray("layers");
    for (LayerStatus layer : layers) {
      RemoteState blob = layer.blob();
      json.beginObject()
          .member("digest", layer.layer().toString())
          .member("lazy", layer.lazy())
          .member("why", why(layer))
          .member("refused", layer.refused())
          .member("complete", blob.complete())
          .member("size", blob.size())
          .member("presentBytes", blob.presentBytes())
          .member("fetchedBytes", blob.fetchedBytes())
          .member("servedBytes", blob.servedBytes())
          .member("requests", blob.requests())
          .member("fault", blob.fault())
          .end();
    }
    json.end();
  }
}
