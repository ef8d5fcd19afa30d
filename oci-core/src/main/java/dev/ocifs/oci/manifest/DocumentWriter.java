package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes documents of the OCI image format: the same content always gives the same bytes.
 *
 * <p>Source: OCI image-spec v1.1, image-index.md and manifest.md.
 */
public final class DocumentWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private DocumentWriter() {}

  /** An index of these manifests, in their order. */
  public static byte[] index(List<Descriptor> manifests) {
    return write(
        json -> {
          begin(json, MediaType.OCI_INDEX);
          array(json, "manifests", manifests);
        });
  }

  /**
   * The manifest of an artifact.
   *
   * @param subject what it is a statement about
   */
  public static byte[] artifact(
      String artifactType,
      Descriptor config,
      List<Descriptor> layers,
      Optional<Descriptor> subject,
      Map<String, String> annotations) {
    return write(
        json -> {
          begin(json, MediaType.OCI_MANIFEST);
          json.writeStringProperty("artifactType", artifactType);
          json.writeName("config");
          descriptor(json, config);
          array(json, "layers", layers);
          if (subject.isPresent()) {
            json.writeName("subject");
            descriptor(json, subject.get());
          }
          annotations(json, annotations);
        });
  }

  /** The manifest of an image. */
  public static byte[] manifest(Descriptor config, List<Descriptor> layers) {
    return write(
        json -> {
          begin(json, MediaType.OCI_MANIFEST);
          json.writeName("config");
          descriptor(json, config);
          array(json, "layers", layers);
        });
  }

  /**
   * The {@code manifest.json} of a docker archive that holds one image.
   *
   * @param config name of the member that holds the configuration
   * @param tags the names of the image
   * @param layers names of the members that hold the layers, base first
   */
  public static byte[] dockerSave(String config, List<String> tags, List<String> layers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartArray();
      json.writeStartObject();
      json.writeStringProperty("Config", config);
      strings(json, "RepoTags", tags);
      strings(json, "Layers", layers);
      json.writeEndObject();
      json.writeEndArray();
    }
    return bytes.toByteArray();
  }

  private static void strings(JsonGenerator json, String name, List<String> all) {
    json.writeName(name);
    json.writeStartArray();
    all.forEach(json::writeString);
    json.writeEndArray();
  }

  /** Writes the members of a document. */
  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator json);
  }

  private static byte[] write(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void begin(JsonGenerator json, MediaType type) {
    json.writeNumberProperty("schemaVersion", 2);
    json.writeStringProperty("mediaType", type.value());
  }

  private static void array(JsonGenerator json, String name, List<Descriptor> all) {
    json.writeName(name);
    json.writeStartArray();
    all.forEach(descriptor -> descriptor(json, descriptor));
    json.writeEndArray();
  }

  static void descriptor(JsonGenerator json, Descriptor descriptor) {
    json.writeStartObject();
    json.writeStringProperty("mediaType", descriptor.mediaType().value());
    json.writeStringProperty("digest", descriptor.digest().toString());
    json.writeNumberProperty("size", descriptor.size());
    if (!descriptor.urls().isEmpty()) {
      strings(json, "urls", descriptor.urls());
    }
    annotations(json, descriptor.annotations());
    if (descriptor.platform().isPresent()) {
      PlatformFields.write(json, descriptor.platform().get());
    }
    if (descriptor.artifactType().isPresent()) {
      json.writeStringProperty("artifactType", descriptor.artifactType().get());
    }
    json.writeEndObject();
  }

  private static void annotations(JsonGenerator json, Map<String, String> annotations) {
    if (!annotations.isEmpty()) {
      json.writeName("annotations");
      json.writeStartObject();
      new TreeMap<>(annotations).forEach(json::writeStringProperty);
      json.writeEndObject();
    }
  }
}
