package dev.ocifs.layerfs.catalog;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/** Looks at the file of a catalog as a check of the store does, and sets aside a damaged one. */
public final class CatalogCheck {
  private final CatalogFile file;

  /** A check of the catalog in this file, which may be missing. */
  public CatalogCheck(Path path) {
    file =
        new CatalogFile(
            path, CatalogOptions.unhurried(), new Schema(Sql.MIGRATIONS, ParentGraph::check));
  }

  /**
   * Why the catalog cannot be used: pages that contradict each other, another version, layers that
   * lie on themselves, with the shortest way round. Other processes may use it meanwhile.
   *
   * @throws IOException when the file cannot be read
   */
  public Optional<String> damage() throws IOException {
    try {
      return file.damage().map(e -> String.valueOf(e.getMessage()));
    } catch (SQLException e) {
      throw file.explain(e);
    }
  }

  /** Renames the file to {@code NAME.set-aside}; a process that has it open writes on there. */
  public void setAside() throws IOException {
    file.setAside();
  }
}
