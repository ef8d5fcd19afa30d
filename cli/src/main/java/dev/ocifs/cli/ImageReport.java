package dev.ocifs.cli;

import dev.ocifs.oci.Platform;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.manifest.ImageConfig;
import dev.ocifs.oci.manifest.ImageConfig.History;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the documents of an image say, for people and for programs. */
final class ImageReport {
  private static final int MAX_STEP_CHARS = 60;

  private ImageReport() {}

  /** Lines for people, safe for a terminal; what the image does not say is left out. */
  static List<String> text(Image image) {
    ImageConfig config = image.config();
    List<String> lines = new ArrayList<>();
    add(lines, "Image", image.name());
    add(lines, "Reference", image.ref().orElse(""));
    add(lines, "Platform", config.platform().map(Platform::toString).orElse(""));
    add(lines, "Manifest", image.manifestDigest().map(Object::toString).orElse(""));
    add(lines, "Config", image.configDigest().toString());
    add(lines, "Created", config.created().orElse(""));
    add(lines, "Author", config.author().orElse(""));
    add(lines, "User", config.process().user().orElse(""));
    add(lines, "Entrypoint", String.join(" ", config.process().entrypoint()));
    add(lines, "Command", String.join(" ", config.process().cmd()));
    add(lines, "Directory", config.process().workingDir().orElse(""));
    add(lines, "Stop signal", config.process().stopSignal().orElse(""));
    add(lines, "Ports", String.join(", ", List.copyOf(config.process().exposedPorts())));
    add(lines, "Volumes", String.join(", ", List.copyOf(config.process().volumes())));
    config.process().env().forEach(variable -> add(lines, "Environment", variable));
    config.process().labels().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(label -> add(lines, "Label", label.getKey() + "=" + label.getValue()));
    add(
        lines,
        "Layers",
        image.layers().size() + ", " + ByteSize.format(compressedBytes(image)) + " as stored");
    lines.addAll(layers(image));
    return lines;
  }

  private static void add(List<String> lines, String label, String value) {
    if (!value.isEmpty()) {
      lines.add(
          label + ":" + " ".repeat(Math.max(1, 12 - label.length())) + Printable.escape(value));
    }
  }

  private static List<String> layers(Image image) {
    if (image.layers().isEmpty()) {
      return List.of();
    }
    List<Optional<History>> steps = steps(image);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("  #", "SIZE", "DIFFID", "MADE BY"));
    for (ImageLayer layer : image.layers()) {
      rows.add(
          List.of(
              "  " + layer.ordinal(),
              ByteSize.format(layer.size()),
              layer.diffId().hex().substring(0, 12),
              steps
                  .get(layer.ordinal())
                  .flatMap(History::createdBy)
                  .map(ImageReport::shorten)
                  .orElse("")));
    }
    return Table.of(rows);
  }

  private static String shorten(String step) {
    String line = Printable.escape(step.strip());
    return line.length() <= MAX_STEP_CHARS ? line : line.substring(0, MAX_STEP_CHARS - 1) + "…";
  }

  /** The step of the history that made each layer; the history may be missing or too short. */
  private static List<Optional<History>> steps(Image image) {
    List<Optional<History>> steps = new ArrayList<>();
    for (History step : image.config().history()) {
      if (!step.emptyLayer()) {
        steps.add(Optional.of(step));
      }
    }
    while (steps.size() < image.layers().size()) {
      steps.add(Optional.empty());
    }
    return steps;
  }

  private static long compressedBytes(Image image) {
    return image.layers().stream().mapToLong(ImageLayer::size).sum();
  }

  /** One JSON object; docs/operations.md lists its members. */
  static String json(Image image) {
    ImageConfig config = image.config();
    Json json = new Json();
    json.beginObject()
        .member("image", image.name())
        .member("ref", image.ref())
        .member("platform", config.platform().map(Platform::toString).orElse(""))
        .member("manifestDigest", image.manifestDigest())
        .member("configDigest", image.configDigest().toString())
        .member("created", config.created())
        .member("author", config.author())
        .beginObject("config")
        .member("user", config.process().user().orElse(""))
        .member("env", config.process().env())
        .member("entrypoint", config.process().entrypoint())
        .member("cmd", config.process().cmd())
        .member("workingDir", config.process().workingDir().orElse(""))
        .member("exposedPorts", List.copyOf(config.process().exposedPorts()))
        .member("volumes", List.copyOf(config.process().volumes()))
        .member("labels", config.process().labels())
        .member("stopSignal", config.process().stopSignal().orElse(""))
        .end()
        .member("annotations", image.manifest().map(m -> m.annotations()).orElse(Map.of()))
        .member("compressedBytes", compressedBytes(image))
        .beginArray("layers");
    List<Optional<History>> steps = steps(image);
    for (ImageLayer layer : image.layers()) {
      json.beginObject()
          .member("ordinal", layer.ordinal())
          .member("mediaType", layer.mediaType().value())
          .member("digest", layer.digest())
          .member("size", layer.size())
          .member("diffId", layer.diffId().toString())
          .member("createdBy", steps.get(layer.ordinal()).flatMap(History::createdBy))
          .end();
    }
    json.end().beginArray("history");
    for (History step : config.history()) {
      json.beginObject()
          .member("created", step.created())
          .member("createdBy", step.createdBy())
          .member("comment", step.comment())
          .member("emptyLayer", step.emptyLayer())
          .end();
    }
    return json.end().end().toString();
  }
}
