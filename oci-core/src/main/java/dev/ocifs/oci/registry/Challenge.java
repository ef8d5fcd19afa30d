package dev.ocifs.oci.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a server wants to be told who asks.
 *
 * <p>Source: RFC 9110, section 11.6.1. Immutable.
 *
 * @param scheme in lower case, for example {@code bearer}
 * @param parameters by names in lower case; the first of a name counts
 */
record Challenge(String scheme, Map<String, String> parameters) {

  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  /** All challenges of some {@code WWW-Authenticate} fields; what cannot be read ends its field. */
  static List<Challenge> parse(List<String> fields) {
    List<Challenge> all = new ArrayList<>();
    for (String field : fields) {
      new Parser(field).challenges(all);
    }
    return all;
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    void challenges(List<Challenge> all) {
      separators();
      String word = token();
      while (!word.isEmpty()) {
        Map<String, String> parameters = new LinkedHashMap<>();
        all.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
        word = parameters(parameters);
      }
    }

    /** Reads parameters up to the scheme of the next challenge, which it returns, or nothing. */
    private String parameters(Map<String, String> into) {
      while (true) {
        separators();
        String name = token();
        spaces();
        if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
          return name;
        }
        at++;
        spaces();
        String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
        into.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
      }
    }

    private String token() {
      int start = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private String quoted() {
      StringBuilder value = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      at = Math.min(at + 1, text.length());
      return value.toString();
    }

    private void separators() {
      while (at < text.length() && " \t,".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private void spaces() {
      while (at < text.length() && " \t".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }
  }
}
