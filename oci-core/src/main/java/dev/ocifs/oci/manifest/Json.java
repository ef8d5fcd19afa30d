package dev.ocifs.oci.manifest;

import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value, read strictly (rule 28): no name twice in an object, bounded depth, nothing behind
 * the value. Its getters say in which field something else than expected stands. Immutable.
 */
public final class Json {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NUMBER_CHARS = 40;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .build())
          .build();

  /** A number as it is written: what it is used for decides whether it may have an exponent. */
  private record Numeral(String text) {}

  private final String where;
  private final @Nullable Object value;

  private Json(String where, @Nullable Object value) {
    this.where = where;
    this.value = value;
  }

  /**
   * Parses a document.
   *
   * @param name what it is, for messages
   * @throws OcifsException {@code INVALID_IMAGE} when it is no JSON, or breaks rule 28
   */
  public static Json parse(String name, byte[] bytes) throws OcifsException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
      parser.nextToken();
      Object value = read(name, parser);
      if (parser.nextToken() != null) {
        throw invalid(name + " goes on behind its end");
      }
      return new Json(name, value);
    } catch (JacksonException e) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              name + " is not valid JSON: " + e.getOriginalMessage(),
              e)
          .rule(28);
    }
  }

  /** Parses a document that has to be an object. */
  static Json parseObject(String name, byte[] bytes) throws OcifsException {
    Json json = parse(name, bytes);
    if (!(json.value instanceof Map)) {
      throw invalid(name + " is not an object");
    }
    return json;
  }

  private static @Nullable Object read(String where, JsonParser parser) throws OcifsException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw invalid(where + " is empty");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          if (object.containsKey(name)) {
            throw invalid(where + " has '" + name + "' twice");
          }
          parser.nextToken();
          object.put(name, read(where + "." + name, parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(where + "[" + array.size() + "]", parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  public boolean isNull() {
    return value == null;
  }

  public boolean isArray() {
    return value instanceof List<?>;
  }

  /** Whether the object has a value other than null under this name. */
  public boolean has(String name) throws OcifsException {
    return object().get(name) != null;
  }

  /** The value under a name, null when the object has none, or is null itself. */
  public Json get(String name) throws OcifsException {
    return new Json(where + "." + name, object().get(name));
  }

  /** The names of the object, in its order; none when the value is null. */
  public List<String> names() throws OcifsException {
    return List.copyOf(object().keySet());
  }

  /** The elements of the array; none when the value is null. */
  public List<Json> elements() throws OcifsException {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw invalid(where + " is not an array");
    }
    List<Json> elements = new ArrayList<>();
    for (Object element : list) {
      elements.add(new Json(where + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  /** The text; an error when the value is none. */
  public String text() throws OcifsException {
    return optionalText().orElseThrow(() -> invalid(where + " is missing"));
  }

  /** The text, empty when the value is null. */
  public Optional<String> optionalText() throws OcifsException {
    if (value != null && !(value instanceof String)) {
      throw invalid(where + " is not a string");
    }
    return Optional.ofNullable((String) value);
  }

  /** The texts of an array; none when the value is null. */
  public List<String> texts() throws OcifsException {
    List<String> texts = new ArrayList<>();
    for (Json element : elements()) {
      texts.add(element.text());
    }
    return texts;
  }

  /** The texts of an object, by name; none when the value is null. */
  public Map<String, String> textMap() throws OcifsException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : names()) {
      texts.put(name, get(name).optionalText().orElse(""));
    }
    return texts;
  }

  /** The truth, false when the value is null. */
  public boolean flag() throws OcifsException {
    if (value != null && !(value instanceof Boolean)) {
      throw invalid(where + " is neither true nor false");
    }
    return Boolean.TRUE.equals(value);
  }

  /** A number of bytes: a whole number from 0 to 2^63 - 1, without exponent. */
  public long size() throws OcifsException {
    if (value instanceof Numeral numeral) {
      try {
        long size = Long.parseLong(numeral.text);
        if (size >= 0) {
          return size;
        }
      } catch (NumberFormatException e) {
        // Reported below.
      }
    }
    throw invalid(where + " is not a number of bytes");
  }

  @SuppressWarnings("unchecked") // read() makes no other maps
  private Map<String, @Nullable Object> object() throws OcifsException {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map)) {
      throw invalid(where + " is not an object");
    }
    return (Map<String, @Nullable Object>) value;
  }

  private static OcifsException invalid(String what) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, what).rule(28);
  }
}
