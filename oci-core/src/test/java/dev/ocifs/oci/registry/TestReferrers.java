package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.ImageManifest;
import java.util.List;
import java.util.Optional;

/** What a registry takes note of when a manifest with a subject is pushed. */
final class TestReferrers {
  private TestReferrers() {}

  /** The subject, and how the manifest is listed among its referrers; empty without a subject. */
  static List<Descriptor> of(MediaType type, byte[] bytes, Digest digest) {
    try {
      if (!type.isManifest()) {
        return List.of();
      }
      ImageManifest manifest = ImageManifest.parse(Document.of(bytes, Limits.DEFAULT));
      if (manifest.subject().isEmpty()) {
        return List.of();
      }
      String artifact = manifest.artifactType().orElse(manifest.config().mediaType().value());
      return List.of(
          manifest.subject().get(),
          new Descriptor(
              type,
              digest,
              bytes.length,
              Optional.empty(),
              manifest.annotations(),
              List.of(),
              Optional.of(artifact)));
    } catch (OcifsException e) {
      return List.of(); // tests also put what is no manifest
    }
  }
}
