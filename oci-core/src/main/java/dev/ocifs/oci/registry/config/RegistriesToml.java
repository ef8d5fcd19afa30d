package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file {@code registries.conf} of version 2. Keys that it does not know are skipped, as
 * there are some for other programs.
 *
 * <p>Source: containers-registries.conf(5).
 */
final class RegistriesToml {
  private final ConfigFile file;

  private RegistriesToml(ConfigFile file) {
    this.file = file;
  }

  /**
   * Parses a file.
   *
   * @throws OcifsException {@code USAGE} naming file and line or key
   */
  static RegistriesConf parse(ConfigFile file) throws OcifsException {
    return new RegistriesToml(file).conf(Toml.parse(file));
  }

  private RegistriesConf conf(Map<String, Object> root) throws OcifsException {
    if (root.get("registries") != null) {
      throw file.wrong("'registries' is of version 1 of this format, which is not supported");
    }
    Optional<List<String>> search = strings(root, "unqualified-search-registries");
    for (String host : search.orElse(List.of())) {
      checkLocation("unqualified-search-registries", host);
      if (host.isEmpty() || host.indexOf('/') >= 0) {
        throw wrong("unqualified-search-registries", "'" + host + "' is no host");
      }
    }
    Map<String, Registry> tables = new HashMap<>();
    List<Registry> registries = new ArrayList<>();
    List<Map<String, Object>> nodes = tables(root, "registry", "registry");
    for (int i = 0; i < nodes.size(); i++) {
      Registry table = registry(nodes.get(i), "registry[" + i + "]");
      Registry other = tables.putIfAbsent(table.prefix(), table);
      if (other != null && !other.equals(table)) {
        throw wrong("registry[" + i + "]", "another table has the prefix '" + table.prefix() + "'");
      }
      registries.add(table);
    }
    return new RegistriesConf(
        search, registries, aliases(root), mode(root), strings(root, "credential-helpers"));
  }

  private Registry registry(Map<String, Object> node, String at) throws OcifsException {
    String location = location(node, at);
    String prefix = trim(string(node, "prefix", at).orElse(""));
    boolean wildcard = prefix.startsWith("*.");
    if (wildcard && (prefix.indexOf('/') >= 0 || prefix.indexOf(':') >= 0)) {
      throw wrong(at + ".prefix", "'*.' stands before a host and nothing else");
    }
    checkLocation(at + ".prefix", wildcard ? prefix.substring("*.".length()) : prefix);
    if (prefix.isEmpty()) {
      prefix = location;
    } else if (location.isEmpty() && !wildcard) {
      location = prefix;
    }
    if (prefix.isEmpty()) {
      throw wrong(at, "there is neither prefix nor location");
    }
    boolean byDigest = bool(node, "mirror-by-digest-only", at).orElse(false);
    List<Registry.Mirror> mirrors = new ArrayList<>();
    List<Map<String, Object>> nodes = tables(node, "mirror", at + ".mirror");
    for (int i = 0; i < nodes.size(); i++) {
      mirrors.add(mirror(nodes.get(i), byDigest, at + ".mirror[" + i + "]"));
    }
    boolean blocked = bool(node, "blocked", at).orElse(false);
    return new Registry(
        file.path(), prefix, location, bool(node, "insecure", at), blocked, mirrors);
  }

  private Registry.Mirror mirror(Map<String, Object> node, boolean byDigest, String at)
      throws OcifsException {
    String location = location(node, at);
    if (location.isEmpty()) {
      throw wrong(at, "there is no location");
    }
    String pull = string(node, "pull-from-mirror", at).orElse("");
    if (byDigest && !pull.isEmpty()) {
      throw wrong(at + ".pull-from-mirror", "mirror-by-digest-only decides already");
    }
    if (!List.of("", "all", "digest-only", "tag-only").contains(pull)) {
      throw wrong(at + ".pull-from-mirror", "none of all, digest-only and tag-only");
    }
    return new Registry.Mirror(
        location,
        bool(node, "insecure", at),
        byDigest || pull.equals("digest-only"),
        pull.equals("tag-only"));
  }

  private Map<String, String> aliases(Map<String, Object> root) throws OcifsException {
    Map<String, String> aliases = new HashMap<>();
    Object value = root.get("aliases");
    if (value == null) {
      return aliases;
    }
    Map<String, Object> table = table(value, "aliases");
    for (String name : table.keySet()) {
      String at = "aliases." + name;
      String full = string(table, name, "aliases").orElse("");
      int slash = name.indexOf('/');
      if (name.isEmpty()
          || name.indexOf(':') >= 0
          || name.indexOf('@') >= 0
          || (slash >= 0 && RegistryName.isHost(name.substring(0, slash)))) {
        throw wrong(at, "not a short name: it has a host, a tag or a digest");
      }
      if (!full.isEmpty()) {
        checkFullName(at, full);
      }
      aliases.put(name, full);
    }
    return aliases;
  }

  private void checkFullName(String at, String value) throws OcifsException {
    if (value.indexOf('@') >= 0 || value.lastIndexOf(':') > value.lastIndexOf('/')) {
      throw wrong(at, "'" + value + "' has a tag or a digest");
    }
    try {
      RegistryName.parse(value);
    } catch (OcifsException e) {
      throw wrong(at, e.what());
    }
  }

  private Optional<RegistriesConf.ShortNameMode> mode(Map<String, Object> root)
      throws OcifsException {
    String mode = string(root, "short-name-mode", "").orElse("");
    if (!List.of("", "enforcing", "permissive", "disabled").contains(mode)) {
      throw wrong("short-name-mode", "none of enforcing, permissive and disabled");
    }
    return mode.isEmpty()
        ? Optional.empty()
        : Optional.of(RegistriesConf.ShortNameMode.valueOf(mode.toUpperCase(Locale.ROOT)));
  }

  private String location(Map<String, Object> node, String at) throws OcifsException {
    String location = trim(string(node, "location", at).orElse(""));
    checkLocation(at + ".location", location);
    if (location.indexOf('@') >= 0
        || (location.indexOf('/') >= 0 && location.lastIndexOf(':') > location.lastIndexOf('/'))) {
      throw wrong(at + ".location", "a location with a tag or a digest is not supported");
    }
    return location;
  }

  private void checkLocation(String at, String location) throws OcifsException {
    if (location.indexOf("://") >= 0) {
      throw wrong(at, "'" + location + "' has a scheme; leave it away, and say insecure = true");
    }
    if (location.startsWith("/") || location.chars().anyMatch(c -> c <= ' ')) {
      throw wrong(at, "'" + location + "' does not begin with a host");
    }
  }

  private static String trim(String location) {
    int end = location.length();
    while (end > 0 && location.charAt(end - 1) == '/') {
      end--;
    }
    return location.substring(0, end);
  }

  private List<Map<String, Object>> tables(Map<String, Object> parent, String key, String at)
      throws OcifsException {
    List<Map<String, Object>> tables = new ArrayList<>();
    Object value = parent.getOrDefault(key, List.of());
    if (!(value instanceof List<?> array)) {
      throw wrong(at, "not an array of tables: write [[" + at.replaceAll("\\[[0-9]+]", "") + "]]");
    }
    for (Object element : array) {
      tables.add(table(element, at));
    }
    return tables;
  }

  @SuppressWarnings("unchecked") // the parser makes no other maps
  private Map<String, Object> table(@Nullable Object value, String at) throws OcifsException {
    if (value instanceof Map<?, ?> table) {
      return (Map<String, Object>) table;
    }
    throw wrong(at, "not a table");
  }

  private Optional<List<String>> strings(Map<String, Object> table, String key)
      throws OcifsException {
    Object value = table.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof List<?> array)) {
      throw wrong(key, "not an array of strings");
    }
    List<String> strings = new ArrayList<>();
    for (Object element : array) {
      strings.add(text(element, key));
    }
    return Optional.of(strings);
  }

  private Optional<String> string(Map<String, Object> table, String key, String at)
      throws OcifsException {
    Object value = table.get(key);
    return value == null
        ? Optional.empty()
        : Optional.of(text(value, at.isEmpty() ? key : at + "." + key));
  }

  private String text(@Nullable Object value, String at) throws OcifsException {
    if (value instanceof String text) {
      return text;
    }
    throw wrong(at, "not a string");
  }

  private Optional<Boolean> bool(Map<String, Object> table, String key, String at)
      throws OcifsException {
    Object value = table.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean bool) {
      return Optional.of(bool);
    }
    throw wrong(at + "." + key, "neither true nor false");
  }

  private OcifsException wrong(String key, String what) {
    return file.wrong("key " + key + ": " + what);
  }
}
