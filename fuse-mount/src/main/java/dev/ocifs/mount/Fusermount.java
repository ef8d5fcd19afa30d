package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the set-user-ID program that mounts and unmounts for users who are not root. */
public final class Fusermount {
  private Fusermount() {}

  /** Looks for fusermount3, then fusermount, in the folders of a search path. */
  public static Optional<Path> find(@Nullable String searchPath) {
    String folders = searchPath == null ? "/usr/bin:/bin" : searchPath;
    for (String name : new String[] {"fusermount3", "fusermount"}) {
      for (String folder : folders.split(":", -1)) {
        Path program = Path.of(folder, name);
        if (Files.isExecutable(program)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }

  /** Says what to install. */
  public static OcifsException missing() {
    return new OcifsException(Kind.MOUNT, "no fusermount, which users other than root need")
        .hint("install the package fuse3 (or fuse)");
  }
}
