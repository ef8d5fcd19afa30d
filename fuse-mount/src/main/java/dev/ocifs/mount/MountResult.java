package dev.ocifs.mount;

import java.io.IOException;
import java.util.Optional;

/**
 * What became of one request of a batch: a mount or a failure.
 *
 * @param mount the caller's, to be closed by it or by the {@link Mounter}
 */
public record MountResult(
    MountRequest request, Optional<Mount> mount, Optional<IOException> failure) {

  static MountResult of(MountRequest request, Mount mount) {
    return new MountResult(request, Optional.of(mount), Optional.empty());
  }

  static MountResult of(MountRequest request, IOException failure) {
    return new MountResult(request, Optional.empty(), Optional.of(failure));
  }
}
