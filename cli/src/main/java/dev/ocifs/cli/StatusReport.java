package dev.ocifs.cli;

import dev.ocifs.layerfs.ViewStatus;
import dev.ocifs.mount.MountRegistry;
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

  /** Lines for people, safe for a terminal. */
  List<String> text() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Directory:", Printable.escape(mount.dir().toString())));
    rows.add(List.of("Image:", Printable.escape(mount.image())));
    rows.add(List.of("Backend:", mount.backend()));
    rows.add(List.of("Since:", mount.since().toString()));
    if (mount.isNative()) {
      rows.add(List.of("Native:", "all, Linux reads it without a server"));
    }
    view.ifPresent(
        status -> {
          rows.add(List.of("Layers:", Integer.toString(status.layers())));
          rows.add(List.of("Files:", status.files() + " with " + ByteSize.format(status.bytes())));
          rows.add(
              List.of(
                  "Native:",
                  status.nativeFiles()
                      + " with "
                      + ByteSize.format(status.nativeBytes())
                      + " ("
                      + percent(status.nativeBytes(), status.bytes())
                      + ")"));
          rows.add(List.of("Hydration:", hydration(status)));
        });
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
    return Table.of(rows);
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
        .member("native", mount.isNative());
    view.ifPresent(
        status ->
            json.member("layers", status.layers())
                .member("files", status.files())
                .member("bytes", status.bytes())
                .member("nativeFiles", status.nativeFiles())
                .member("nativeBytes", status.nativeBytes())
                .beginObject("hydration")
                .member("state", word(status.hydration()))
                .member("reason", status.reason())
                .end());
    if (chunks.isPresent()) {
      json.beginArray("caches");
      chunks.get().writeTo(json);
      json.end();
    }
    return json.end().toString();
  }
}
