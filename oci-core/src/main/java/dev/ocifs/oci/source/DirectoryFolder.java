package dev.ocifs.oci.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a directory of the host. */
final class DirectoryFolder implements Folder {
  private final Path path;

  DirectoryFolder(Path path) {
    this.path = path;
  }

  @Override
  public boolean holds(String name) {
    return Files.isRegularFile(path.resolve(name));
  }

  @Override
  public BlobSource open(String name) throws IOException {
    return FileBlob.open(path.resolve(name));
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return path.toString();
  }
}
