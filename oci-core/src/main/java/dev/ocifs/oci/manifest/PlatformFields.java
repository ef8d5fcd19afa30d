package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** The fields that name a platform, in the descriptors of an index and in image configurations. */
final class PlatformFields {
  private Optional<String> os = Optional.empty();
  private Optional<String> architecture = Optional.empty();
  private Optional<String> variant = Optional.empty();

  static Optional<Platform> read(StrictJson json) throws IOException {
    PlatformFields fields = new PlatformFields();
    json.objectOrNull(name -> fields.take(name, json));
    return fields.platform();
  }

  static void write(JsonGenerator json, Platform platform) {
    json.writeName("platform");
    json.writeStartObject();
    json.writeStringProperty("architecture", platform.architecture());
    json.writeStringProperty("os", platform.os());
    if (!platform.variant().isEmpty()) {
      json.writeStringProperty("variant", platform.variant());
    }
    json.writeEndObject();
  }

  boolean take(String name, StrictJson json) throws IOException {
    switch (name) {
      case "os" -> os = json.optionalString();
      case "architecture" -> architecture = json.optionalString();
      case "variant" -> variant = json.optionalString();
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Absent unless both the system and the architecture are given. */
  Optional<Platform> platform() {
    return os.flatMap(o -> architecture.map(a -> new Platform(o, a, variant.orElse(""))));
  }
}
