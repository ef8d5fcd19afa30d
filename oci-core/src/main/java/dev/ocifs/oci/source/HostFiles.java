package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What is wrong with a file of the host, in words. */
final class HostFiles {
  private HostFiles() {}

  /** The error for a path that is not a regular file. */
  static OcifsException notAFile(Path path) {
    if (Files.isDirectory(path)) {
      return new OcifsException(OcifsException.Kind.INVALID_IMAGE, path + " is a directory");
    }
    if (Files.exists(path)) {
      return new OcifsException(OcifsException.Kind.INVALID_IMAGE, path + " is no regular file");
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return new OcifsException(
          OcifsException.Kind.NOT_FOUND, path + " is a symbolic link that leads nowhere");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && Files.exists(folder) && !Files.isReadable(folder)) {
      return denied(folder);
    }
    return new OcifsException(OcifsException.Kind.NOT_FOUND, "there is no file " + path);
  }

  static OcifsException explain(Path path, IOException failure) {
    if (failure instanceof OcifsException known) {
      return known;
    }
    if (failure instanceof AccessDeniedException) {
      return denied(path);
    }
    if (failure instanceof NoSuchFileException) {
      return new OcifsException(OcifsException.Kind.NOT_FOUND, "there is no file " + path, failure);
    }
    String reason =
        failure instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : String.valueOf(failure.getMessage());
    return new OcifsException(
        OcifsException.Kind.IO, "cannot read " + path + ": " + reason, failure);
  }

  private static OcifsException denied(Path path) {
    return new OcifsException(OcifsException.Kind.IO, "no permission to read " + path);
  }
}
