package dev.ocifs.tests.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads well-formed JSON of maps, lists, texts, whole numbers and booleans into the JDK's types.
 * Unlike the libraries it takes surrogates that stand alone, as Python writes names that are not
 * UTF-8. Not thread-safe.
 */
public final class JsonValues {
  private final String text;
  private int at;

  private JsonValues(String text) {
    this.text = text;
  }

  /** The object that a file holds. */
  public static Map<String, Object> read(Path file) {
    try {
      return object(new JsonValues(Files.readString(file)).value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private char skipSpace() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private Object value() {
    return switch (skipSpace()) {
      case '{' -> map();
      case '[' -> list();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    while (more('}')) {
      String key = string();
      skipSpace();
      at++;
      map.put(key, value());
    }
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    while (more(']')) {
      list.add(value());
    }
    return list;
  }

  private Object word() {
    int from = at;
    while (",]} \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    boolean isNumber = "-0123456789".indexOf(word.charAt(0)) >= 0;
    return isNumber ? new BigInteger(word) : (Object) Boolean.valueOf(word);
  }

  /** Passes over what stands before a member; false at the end, which it passes over too. */
  private boolean more(char end) {
    if (skipSpace() == end) {
      at++;
      return false;
    }
    if ("{[,".indexOf(text.charAt(at)) >= 0) {
      at++;
      return skipSpace() != end || more(end);
    }
    throw new IllegalArgumentException("malformed JSON at " + at);
  }

  private String string() {
    skipSpace();
    StringBuilder out = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char c = text.charAt(at);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = text.charAt(++at);
      if (escape == 'u') {
        out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        int known = "bfnrt".indexOf(escape);
        out.append(known < 0 ? escape : "\b\f\n\r\t".charAt(known));
      }
    }
    at++;
    return out.toString();
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> object(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("no such object");
    }
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  public static List<Object> list(@Nullable Object value) {
    return value == null ? List.of() : (List<Object>) value;
  }
}
