package dev.ocifs.cli;

import dev.ocifs.layerfs.ViewStatus;
import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.Mounter;
import dev.ocifs.oci.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One mount, for people and for programs.
 *
 * @param mount as it was registered
 * @param view what it shows, when a server could be asked
 * @param chunks the server's cache of decoded content, when it could be asked; all its mounts share
 *     it
 */
record StatusReport(
    MountRegistry.Record mount, Optional<ViewStatus> view, Optional<StatsReport.Cache> chunks) {
  /** The state of hydration where Linux reads the layers anyway, whatever was asked for. */
  private static final String NOT_NEEDED = "not-needed";

  /** Lines for people, safe for a terminal. */
  List<String> text() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Directory:", Printable.escape(mount.dir().toString())));
    rows.add(List.of("Image:", Printable.escape(mount.image())));
    rows.add(List.of("Backend:", mount.backend()));
    rows.add(List.of("Since:", mount.since().toString()));
    view.ifPresent(
        status -> {
          rows.add(List.of("Layers:", Integer.toString(status.layers().size())));
          rows.add(List.of("Files:", status.files() + " with " + ByteSize.format(status.bytes())));
        });
    if (isNative()) {
      rows.add(List.of("Native:", "all, Linux reads it without a server"));
      rows.add(List.of("Hydration:", NOT_NEEDED.replace('-', ' ')));
    } else {
      view.ifPresent(
          status -> {
            rows.add(List.of("Native:", nativePart(status)));
            rows.add(List.of("Hydration:", hydration(status)));
          });
    }
    chunks.ifPresent(
        cache ->
            rows.add(
                List.of(
                    "Chunks:",
                    cache.hits()
                        + " hits, "
                        + cache.misses()
                        + " misses ("
                        + cache.hitRate()
                        + "), of all mounts")));
    List<String> lines = new ArrayList<>(Table.of(rows));
    view.ifPresent(status -> lines.addAll(LayersReport.text(status.layers())));
    return lines;
  }

  /** A process may stay with a mount that Linux serves: in the foreground, to undo it. */
  private boolean isNative() {
    return mount.isNative() || Mounter.isNative(mount.backend());
  }

  private static String nativePart(ViewStatus status) {
    return status.nativeFiles()
        + " with "
        + ByteSize.format(status.nativeBytes())
        + " ("
        + percent(status.nativeBytes(), status.bytes())
        + ")";
  }

  private static String hydration(ViewStatus status) {
    String word = word(status.hydration()).replace('-', ' ');
    return status.reason().isEmpty() ? word : word + ": " + Printable.escape(status.reason());
  }

  private static String word(ViewStatus.Hydration hydration) {
    return hydration.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "100 %" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  /** The same for programs. */
  String json() {
    Json json = new Json();
    json.beginObject()
        .member("directory", mount.dir().toString())
        .member("image", mount.image())
        .member("backend", mount.backend())
        .member("since", mount.since().toString())
        .member("native", isNative());
    view.ifPresent(
        status ->
            json.member("files", status.files())
                .member("bytes", status.bytes())
                .member("nativeFiles", isNative() ? status.files() : status.nativeFiles())
                .member("nativeBytes", isNative() ? status.bytes() : status.nativeBytes()));
    if (isNative()) {
      hydration(json, NOT_NEEDED, "");
    } else {
      view.ifPresent(status -> hydration(json, word(status.hydration()), status.reason()));
    }
    view.ifPresent(status -> LayersReport.writeTo(json, status.layers()));
    if (chunks.isPresent()) {
      json.beginArray("caches");
      chunks.get().writeTo(json);
      json.end();
    }
    return json.end().toString();
  }

  private static void hydration(Json json, String state, String reason) {
    json.beginObject("hydration").member("state", state).member("reason", reason).end();
  }
}
