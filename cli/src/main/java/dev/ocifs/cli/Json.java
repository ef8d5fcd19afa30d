package dev.ocifs.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Writes one JSON document (RFC 8259), indented by two spaces. Control characters, line separators
 * and lone surrogates are escaped, so that the text is safe on a terminal and always valid UTF-8.
 */
final class Json {
  private final StringBuilder out = new StringBuilder();
  private final Deque<Character> open = new ArrayDeque<>();
  private boolean first = true;

  Json beginObject() {
    return begin('{', '}');
  }

  Json beginObject(String name) {
    return name(name).begin('{', '}');
  }

  Json beginArray() {
    return begin('[', ']');
  }

  Json beginArray(String name) {
    return name(name).begin('[', ']');
  }

  /** Ends the innermost object or array. */
  Json end() {
    char close = open.pop();
    if (!first) {
      newLine();
    }
    out.append(close);
    first = false;
    return this;
  }

  Json member(String name, String value) {
    return name(name).append(quote(value));
  }

  /** Leaves the member out when there is no value. */
  Json member(String name, Optional<?> value) {
    return value.isEmpty() ? this : member(name, value.get().toString());
  }

  Json member(String name, long value) {
    return name(name).append(Long.toString(value));
  }

  Json member(String name, boolean value) {
    return name(name).append(Boolean.toString(value));
  }

  Json member(String name, Iterable<String> values) {
    beginArray(name);
    for (String value : values) {
      element();
      append(quote(value));
    }
    return end();
  }

  Json member(String name, Map<String, String> values) {
    beginObject(name);
    // in the order of the names, so that one image always gives one text
    values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> member(entry.getKey(), entry.getValue()));
    return end();
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private Json begin(char opening, char closing) {
    if (!open.isEmpty() && open.peek() == ']') {
      element();
    }
    out.append(opening);
    open.push(closing);
    first = true;
    return this;
  }

  private Json name(String name) {
    element();
    out.append(quote(name)).append(": ");
    return this;
  }

  private void element() {
    if (!first) {
      out.append(',');
    }
    newLine();
    first = false;
  }

  private Json append(String token) {
    out.append(token);
    return this;
  }

  private void newLine() {
    out.append('\n').repeat(' ', 2 * open.size());
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (isPlain(text, i)) {
        quoted.append(c);
      } else {
        quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPlain(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
    return c >= 0x20
        && !(c >= 0x7f && c < 0xa0)
        && !(c >= 0x2028 && c <= 0x202e)
        && !(c >= 0x2066 && c <= 0x2069);
  }
}
