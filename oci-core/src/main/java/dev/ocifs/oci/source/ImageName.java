package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Platform;
import java.util.Optional;

/**
 * One image that a layout or an archive holds, before anything of it is opened.
 *
 * @param ref the name to ask for it; absent when it has none
 * @param digest of its manifest; absent in docker archives
 * @param platform as far as it is known from outside
 */
public record ImageName(
    Optional<String> ref, Optional<Digest> digest, Optional<Platform> platform) {

  /** The shortest text that names the image. */
  @Override
  public String toString() {
    return ref.or(() -> digest.map(d -> "@" + d)).orElse("(unnamed)")
        + platform.map(p -> " (" + p + ")").orElse("");
  }
}
