package dev.ocifs.tests.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Public images, listings and tools that tests compare with where they are at hand. */
public final class SharedFiles {
  private SharedFiles() {}

  /** A file or folder of them; skips the test when it is not there. */
  public static Path path(String name) {
    Path path = Path.of(System.getProperty("ocifs.shared", "absent")).resolve(name);
    Assumptions.assumeTrue(Files.exists(path), path + " is not at hand");
    return path;
  }
}
