package dev.ocifs.tests.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes OCI layouts as archives. */
public final class OciArchiveWriter {
  private OciArchiveWriter() {}

  /**
   * Writes a layout.
   *
   * @param wrapping how the archive is compressed as a whole
   */
  public static Path write(Path file, OciLayoutWriter layout, LayerBytes wrapping)
      throws IOException {
    return Files.write(file, wrapping.of(layout.files().tar()));
  }

  /** Writes a layout with {@code ./} before each name and index.json first. */
  public static Path writeUnordered(Path file, OciLayoutWriter layout) throws IOException {
    return Files.write(file, layout.files().tar("./", true));
  }
}
