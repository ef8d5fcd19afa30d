package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.Platform;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes an image index.
 *
 * <p>Source: OCI image-spec v1.1, image-index.md.
 */
final class IndexJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private IndexJson() {}

  /** The bytes of an index that lists these, in this order. */
  static byte[] write(List<Descriptor> manifests) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeNumberProperty("schemaVersion", 2);
      json.writeStringProperty("mediaType", MediaType.OCI_INDEX.value());
      json.writeArrayPropertyStart("manifests");
      for (Descriptor manifest : manifests) {
        descriptor(json, manifest);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void descriptor(JsonGenerator json, Descriptor descriptor) {
    json.writeStartObject();
    json.writeStringProperty("mediaType", descriptor.mediaType().value());
    json.writeStringProperty("digest", descriptor.digest().toString());
    json.writeNumberProperty("size", descriptor.size());
    descriptor.artifactType().ifPresent(type -> json.writeStringProperty("artifactType", type));
    descriptor.platform().ifPresent(platform -> platform(json, platform));
    if (!descriptor.urls().isEmpty()) {
      json.writeArrayPropertyStart("urls");
      descriptor.urls().forEach(json::writeString);
      json.writeEndArray();
    }
    if (!descriptor.annotations().isEmpty()) {
      json.writeObjectPropertyStart("annotations");
      descriptor.annotations().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> json.writeStringProperty(entry.getKey(), entry.getValue()));
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void platform(JsonGenerator json, Platform platform) {
    json.writeObjectPropertyStart("platform");
    json.writeStringProperty("os", platform.os());
    json.writeStringProperty("architecture", platform.architecture());
    if (!platform.variant().isEmpty()) {
      json.writeStringProperty("variant", platform.variant());
    }
    json.writeEndObject();
  }
}
