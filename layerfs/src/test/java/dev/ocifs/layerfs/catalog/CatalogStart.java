package dev.ocifs.layerfs.catalog;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Makes a catalog, asks it, and prints whether SQLite's library was unpacked before and after. */
final class CatalogStart {
  private CatalogStart() {}

  public static void main(String[] args) throws Exception {
    Path unpacked = Path.of(System.getProperty("org.sqlite.tmpdir"));
    for (Class<?> type : new Class<?>[] {CatalogFile.class, SessionPool.class, Session.class}) {
      Class.forName(type.getName(), true, type.getClassLoader());
    }
    try (Catalog catalog = new Catalog(Path.of(args[0]), CatalogOptions.defaults())) {
      boolean before = isUnpacked(unpacked);
      catalog.listImages();
      System.out.println(before + " then " + isUnpacked(unpacked));
    }
  }

  private static boolean isUnpacked(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }
}
