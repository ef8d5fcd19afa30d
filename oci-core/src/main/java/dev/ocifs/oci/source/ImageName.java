package dev.ocifs.oci.source;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Platform;
import java.util.List;
import java.util.Optional;

/**
 * One of the images that a source holds.
 *
 * @param refs by which it can be asked for; none when it has no name
 * @param digest of the manifest or index; absent for archives of {@code docker save}
 */
public record ImageName(List<String> refs, Optional<Digest> digest, Optional<Platform> platform) {

  /** How a message shows it. */
  @Override
  public String toString() {
    String name = refs.isEmpty() ? "(no name)" : String.join(", ", refs);
    return name + digest.map(d -> " " + d).orElse("") + platform.map(p -> " " + p).orElse("");
  }
}
