package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.toml.TomlFactory;

/**
 * A TOML document as plain values: tables are maps, arrays are lists, then there are strings and
 * booleans; everything else is {@link #OTHER}, as is what lies deeper than configuration does. It
 * takes the library's parser alone: its mapper to objects takes four times as long to load.
 */
final class Toml {
  /** A value that nobody asks for. */
  static final Object OTHER = new Object();

  /** A table in an array in a table in an array: registry[].mirror[].key, and some to spare. */
  private static final int MAX_DEPTH = 8;

  private static final TomlFactory TOML = new TomlFactory();

  private Toml() {}

  /**
   * Parses a file.
   *
   * @throws OcifsException {@code USAGE} naming the file, and the line where that is known
   */
  static Map<String, Object> parse(ConfigFile file) throws OcifsException {
    try (JsonParser parser = TOML.createParser(ObjectReadContext.empty(), file.text())) {
      parser.nextToken();
      return table(parser, 0);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw file.wrong(
          "it is not TOML"
              + (line > 0 ? ": line " + line : "")
              + ": "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
  }

  private static Map<String, Object> table(JsonParser parser, int depth) {
    Map<String, Object> table = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      table.put(key, value(parser, depth + 1));
    }
    return table;
  }

  private static List<Object> array(JsonParser parser, int depth) {
    List<Object> array = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser, depth + 1));
    }
    return array;
  }

  private static Object value(JsonParser parser, int depth) {
    if (depth > MAX_DEPTH) {
      parser.skipChildren();
      return OTHER;
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> table(parser, depth);
      case START_ARRAY -> array(parser, depth);
      case VALUE_STRING -> parser.getString();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> OTHER;
    };
  }
}
