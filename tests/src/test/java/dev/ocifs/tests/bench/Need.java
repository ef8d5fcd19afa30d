package dev.ocifs.tests.bench;

import dev.ocifs.mount.MountPoint;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a comparison needs of the machine: where that is missing it is skipped, and says so. */
enum Need {
  NOTHING {
    @Override
    Optional<String> missing() {
      return Optional.empty();
    }
  },

  /** That this user may mount. */
  MOUNTS {
    @Override
    Optional<String> missing() throws IOException {
      Path dir = Files.createTempDirectory("ocifs-need");
      try {
        MountPoint.check(dir);
        return Optional.empty();
      } catch (OcifsException e) {
        return Optional.of(e.getMessage());
      } finally {
        Files.delete(dir);
      }
    }
  };

  /** Why it cannot be had on this machine; empty when it can. */
  abstract Optional<String> missing() throws IOException;
}
