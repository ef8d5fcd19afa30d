package dev.ocifs.oci.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A directory of files. */
final class DirectoryFolder implements BlobFolder {
  private final Path directory;

  DirectoryFolder(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<BlobSource> open(String path) throws IOException {
    Path file = directory.resolve(path);
    return Files.exists(file) ? Optional.of(FileBlob.open(file)) : Optional.empty();
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
