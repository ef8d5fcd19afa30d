package dev.ocifs.oci.registry.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one or several files {@code registries.conf} say. Immutable.
 *
 * <p>Source: containers-registries.conf(5), containers-registries.conf.d(5).
 *
 * @param searchRegistries where short names are looked for; empty where no file says so
 * @param registries in the order of the files
 * @param aliases short names to full ones, both without tag and digest; the empty name takes an
 *     alias of an earlier file away
 * @param mode empty where no file says so
 * @param helpers places where credentials are kept; empty where no file says so
 */
record RegistriesConf(
    Optional<List<String>> searchRegistries,
    List<Registry> registries,
    Map<String, String> aliases,
    Optional<ShortNameMode> mode,
    Optional<List<String>> helpers) {

  /** What becomes of a short name without an alias where there are several registries to search. */
  enum ShortNameMode {
    /** The user would be asked, and as nobody is: an error. */
    ENFORCING,
    /** The user would be asked, and as nobody is: as {@link #DISABLED}. */
    PERMISSIVE,
    /** All are tried, in their order. */
    DISABLED
  }

  /** Nothing said. */
  static final RegistriesConf EMPTY =
      new RegistriesConf(Optional.empty(), List.of(), Map.of(), Optional.empty(), Optional.empty());

  RegistriesConf {
    searchRegistries = searchRegistries.map(List::copyOf);
    registries = List.copyOf(registries);
    helpers = helpers.map(List::copyOf);
    aliases = Map.copyOf(aliases);
  }

  /** This and a file that is read after it: what the file says counts, and tables by prefix. */
  RegistriesConf with(RegistriesConf later) {
    Map<String, Registry> tables = new LinkedHashMap<>();
    registries.forEach(table -> tables.put(table.prefix(), table));
    later.registries.forEach(table -> tables.put(table.prefix(), table));
    Map<String, String> names = new LinkedHashMap<>(aliases);
    names.putAll(later.aliases);
    names.values().removeIf(String::isEmpty);
    return new RegistriesConf(
        later.searchRegistries.or(() -> searchRegistries),
        new ArrayList<>(tables.values()),
        names,
        later.mode.or(() -> mode),
        later.helpers.or(() -> helpers));
  }

  /** The table about an image: the one with the longest match. */
  Optional<Registry> tableOf(String name) {
    Registry best = null;
    int longest = 0;
    for (Registry table : registries) {
      int length = table.match(name);
      boolean exact = best != null && length == longest && best.prefix().startsWith("*.");
      if (length > longest || exact) {
        best = table;
        longest = length;
      }
    }
    return Optional.ofNullable(best);
  }
}
