package dev.ocifs.oci.manifest;

import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON document in a single pass and lets each type pick its own fields. It accepts one
 * reading only: valid UTF-8, no name twice in an object at any depth, nothing after the value,
 * bounded nesting, whole numbers as plain digits. What nobody asks for is checked and skipped, and
 * takes no memory.
 */
final class StrictJson {
  private static final int MAX_DEPTH = 100;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names come from untrusted images: none may stay in a table that all documents share.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  /** Longer than any name of a file, and than any extended attribute in Base64. */
  private static final int MAX_LARGE_STRING = 2 << 20;

  /**
   * For documents that may have millions of names: it remembers none, so that whoever reads them
   * has to see to it that what he takes stands there once.
   */
  private static final JsonFactory LARGE =
      FACTORY
          .rebuild()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_LARGE_STRING)
                  .maxNameLength(MAX_LARGE_STRING)
                  .build())
          .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final String what;
  private final JsonParser parser;

  private StrictJson(String what, JsonParser parser) {
    this.what = what;
    this.parser = parser;
  }

  /** Takes the value of one field, or returns false to have it skipped. */
  @FunctionalInterface
  interface Fields {
    boolean take(String name) throws IOException;
  }

  /** Reads the current value. */
  @FunctionalInterface
  interface Value<T> {
    T read() throws IOException;
  }

  /** Reads a whole document. */
  @FunctionalInterface
  interface Body<T> {
    T read(StrictJson json) throws IOException;
  }

  /**
   * Parses the document.
   *
   * @param what names the document in messages, for example {@code "the manifest"}
   * @throws OcifsException {@code INVALID_IMAGE}, naming the place
   */
  static <T> T parse(String what, Document document, Body<T> body) throws OcifsException {
    String text;
    try {
      text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document.shared())).toString();
    } catch (CharacterCodingException e) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, what + " is not UTF-8", e)
          .rule(28);
    }
    return parse(what, () -> FACTORY.createParser(ObjectReadContext.empty(), text), body);
  }

  /**
   * The same for a document that is too large to lie in memory as text. That no name stands twice
   * in an object is not checked.
   */
  static <T> T parse(String what, byte[] document, Body<T> body) throws OcifsException {
    Reader text =
        new InputStreamReader(
            new ByteArrayInputStream(document), StandardCharsets.UTF_8.newDecoder());
    return parse(what, () -> LARGE.createParser(ObjectReadContext.empty(), text), body);
  }

  private static <T> T parse(String what, Supplier<JsonParser> parsers, Body<T> body)
      throws OcifsException {
    try (JsonParser parser = parsers.get()) {
      StrictJson json = new StrictJson(what, parser);
      json.parser.nextToken();
      T value = body.read(json);
      if (json.parser.nextToken() != null) {
        throw json.error("something follows the document");
      }
      return value;
    } catch (JacksonException e) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              what + " is not strict JSON: " + e.getOriginalMessage(),
              e)
          .rule(28);
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, what + ": " + e.getMessage(), e);
    }
  }

  /** The current value is an object: hands over each of its fields. */
  void object(Fields fields) throws IOException {
    expect(JsonToken.START_OBJECT, "an object");
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (!fields.take(name)) {
        parser.skipChildren();
      }
    }
  }

  /** An object, or null, which counts as an empty one. */
  void objectOrNull(Fields fields) throws IOException {
    if (!isNull()) {
      object(fields);
    }
  }

  /** An array, or null, which counts as an empty one. */
  <T> List<T> list(Value<T> element) throws IOException {
    if (isNull()) {
      return List.of();
    }
    expect(JsonToken.START_ARRAY, "an array");
    List<T> all = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      all.add(element.read());
    }
    return List.copyOf(all);
  }

  /** An array, or null, which counts as an empty one: each element is read and let go. */
  void each(Value<?> element) throws IOException {
    if (isNull()) {
      return;
    }
    expect(JsonToken.START_ARRAY, "an array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  List<String> strings() throws IOException {
    return list(this::string);
  }

  /** An object of strings, or null; the order of the document is kept. */
  Map<String, String> stringMap() throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    objectOrNull(
        name -> {
          all.put(name, string());
          return true;
        });
    return all;
  }

  /** The names of an object whose values mean nothing, or null. */
  Set<String> names() throws IOException {
    Map<String, Boolean> all = new LinkedHashMap<>();
    objectOrNull(
        name -> {
          all.put(name, true);
          return false;
        });
    return all.keySet();
  }

  String string() throws IOException {
    expect(JsonToken.VALUE_STRING, "a string");
    return parser.getString();
  }

  /** A string; null and the empty string count as absent. */
  Optional<String> optionalString() throws IOException {
    return isNull() ? Optional.empty() : Optional.of(string()).filter(s -> !s.isEmpty());
  }

  boolean bool() throws IOException {
    if (isNull()) {
      return false;
    }
    if (parser.currentToken() != JsonToken.VALUE_TRUE
        && parser.currentToken() != JsonToken.VALUE_FALSE) {
      throw error("neither true nor false");
    }
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  /** A whole number from 0 to 2^63-1, written in digits alone. */
  long count() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    String digits = parser.getString();
    try {
      long value = Long.parseLong(digits);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // beyond 64 bit: the same error
    }
    throw error("'" + digits + "' is out of range");
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  <T> T required(@Nullable T value, String name) throws OcifsException {
    if (value == null) {
      throw error("'" + name + "' is missing");
    }
    return value;
  }

  /** An error at the current place of the document. */
  OcifsException error(String problem) {
    String place = parser.streamReadContext().pathAsPointer().toString();
    return new OcifsException(
            OcifsException.Kind.INVALID_IMAGE,
            what + ": " + problem + (place.isEmpty() ? "" : " at " + place))
        .rule(28);
  }

  private void expect(JsonToken token, String name) throws OcifsException {
    if (parser.currentToken() != token) {
      throw error("not " + name);
    }
  }
}
