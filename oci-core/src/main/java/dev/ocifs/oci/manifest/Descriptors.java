package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads descriptors. */
final class Descriptors {
  private Descriptors() {}

  static List<Descriptor> parseAll(Json array) throws OcifsException {
    List<Descriptor> all = new ArrayList<>();
    for (Json element : array.elements()) {
      all.add(parse(element));
    }
    return List.copyOf(all);
  }

  static Descriptor parse(Json json) throws OcifsException {
    Optional<Platform> platform = Optional.empty();
    Json at = json.get("platform");
    if (!at.isNull()) {
      platform =
          Optional.of(
              new Platform(
                  at.get("os").optionalText().orElse(""),
                  at.get("architecture").optionalText().orElse(""),
                  at.get("variant").optionalText().orElse("")));
    }
    return new Descriptor(
        json.get("mediaType").optionalText().orElse(""),
        Digest.parse(json.get("digest").text()),
        json.get("size").size(),
        platform,
        json.get("annotations").textMap());
  }
}
