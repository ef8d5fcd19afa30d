package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the descriptors that indexes and manifests are made of. */
final class Descriptors {
  private Descriptors() {}

  /** A member that may be missing or null. */
  static Optional<Descriptor> optional(StrictJson json) throws IOException {
    return json.isNull() ? Optional.empty() : Optional.of(read(json));
  }

  static Descriptor read(StrictJson json) throws IOException {
    Builder builder = new Builder();
    json.object(name -> builder.take(name, json));
    return new Descriptor(
        MediaType.of(json.required(builder.mediaType, "mediaType")),
        Digest.parse(json.required(builder.digest, "digest")),
        json.required(builder.size, "size"),
        builder.platform,
        builder.annotations,
        builder.urls,
        builder.artifactType);
  }

  private static final class Builder {
    private @Nullable String mediaType;
    private @Nullable String digest;
    private @Nullable Long size;
    private Optional<Platform> platform = Optional.empty();
    private Map<String, String> annotations = Map.of();
    private List<String> urls = List.of();
    private Optional<String> artifactType = Optional.empty();

    boolean take(String name, StrictJson json) throws IOException {
      switch (name) {
        case "mediaType" -> mediaType = json.string();
        case "digest" -> digest = json.string();
        case "size" -> size = json.count();
        case "platform" -> platform = PlatformFields.read(json);
        case "annotations" -> annotations = json.stringMap();
        case "urls" -> urls = json.strings();
        case "artifactType" -> artifactType = json.optionalString();
        default -> {
          return false;
        }
      }
      return true;
    }
  }
}
