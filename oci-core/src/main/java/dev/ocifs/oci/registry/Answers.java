package dev.ocifs.oci.registry;

import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the small JSON documents of the protocol: tokens, lists of tags, errors. Read liberally, as
 * servers differ: a value of another type than expected counts as absent. They have a bounded
 * length when they come here.
 */
final class Answers {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build())
          // Names come from servers: none may stay in a table that all documents share.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  private Answers() {}

  /**
   * What a token server gives.
   *
   * @param token what to bear
   * @param seconds that it is good for, where the server says so
   */
  record Token(String token, Optional<Long> seconds) {
    /** Hides the token. */
    @Override
    public String toString() {
      return "Token[***]";
    }
  }

  /** What a server says went wrong: the code of the specification, and text for people. */
  record Fault(String code, String message) {}

  /** Takes the value of a field: the parser stands at its first token. */
  private interface Fields {
    void take(String name, JsonParser value);
  }

  /**
   * Reads what a token server answers.
   *
   * @throws OcifsException {@code REMOTE} when there is no token in it
   */
  static Token token(String server, byte[] json) throws OcifsException {
    String[] token = new String[2];
    Long[] seconds = new Long[1];
    read(
        server,
        json,
        (name, value) -> {
          switch (name) {
            case "token" -> token[0] = text(value);
            case "access_token" -> token[1] = text(value);
            case "expires_in" -> seconds[0] = number(value);
            default -> {}
          }
        });
    String given = token[0] != null && !token[0].isEmpty() ? token[0] : token[1];
    if (given == null || !given.matches("[\\x21-\\x7e]+")) {
      throw new OcifsException(OcifsException.Kind.REMOTE, server + " answers without a token");
    }
    return new Token(given, Optional.ofNullable(seconds[0]));
  }

  /**
   * The tags of one page of a list; null counts as none.
   *
   * @throws OcifsException {@code REMOTE}
   */
  static List<String> tags(String server, byte[] json) throws OcifsException {
    List<String> tags = new ArrayList<>();
    read(
        server,
        json,
        (name, value) -> {
          if (name.equals("tags") && value.currentToken() == JsonToken.START_ARRAY) {
            while (value.nextToken() != JsonToken.END_ARRAY) {
              String tag = text(value);
              if (tag != null) {
                tags.add(tag);
              }
              value.skipChildren();
            }
          }
        });
    return tags;
  }

  /** The media type that a document says it has, where it is JSON and says one. */
  static Optional<String> mediaType(byte[] json) {
    String[] type = new String[1];
    try {
      read(
          "",
          json,
          (name, value) -> {
            if (name.equals("mediaType")) {
              type[0] = text(value);
            }
          });
    } catch (OcifsException e) {
      return Optional.empty(); // whoever parses the document tells what is wrong
    }
    return Optional.ofNullable(type[0]);
  }

  /** The first error of an error's body, where it has one; a token server's form is taken, too. */
  static Optional<Fault> fault(byte[] json) {
    String[] first = new String[4];
    try {
      read(
          "",
          json,
          (name, value) -> {
            if (name.equals("errors") && value.currentToken() == JsonToken.START_ARRAY) {
              while (value.nextToken() != JsonToken.END_ARRAY) {
                object(
                    value,
                    (field, inner) -> {
                      if (field.equals("code") && first[0] == null) {
                        first[0] = text(inner);
                      } else if (field.equals("message") && first[1] == null) {
                        first[1] = text(inner);
                      }
                    });
              }
            } else if (name.equals("error") || name.equals("details")) {
              first[name.equals("error") ? 2 : 3] = text(value);
            }
          });
    } catch (OcifsException e) {
      // cut off at the bound, or no JSON at all: what was found before counts
    }
    String code = first[0] != null ? first[0] : first[2];
    String message = first[1] != null ? first[1] : first[3];
    return code == null && message == null
        ? Optional.empty()
        : Optional.of(new Fault(code == null ? "" : code, message == null ? "" : message));
  }

  private static void read(String server, byte[] json, Fields fields) throws OcifsException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        object(parser, fields);
        return;
      }
    } catch (JacksonException e) {
      throw new OcifsException(
          OcifsException.Kind.REMOTE, server + " answers with broken JSON", withoutText(e));
    }
    throw new OcifsException(OcifsException.Kind.REMOTE, server + " answers without JSON");
  }

  private static void object(JsonParser parser, Fields fields) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      fields.take(name, parser);
      parser.skipChildren();
    }
  }

  private static @Nullable String text(JsonParser value) {
    return value.currentToken() == JsonToken.VALUE_STRING ? value.getString() : null;
  }

  private static @Nullable Long number(JsonParser value) {
    String digits = value.currentToken() == JsonToken.VALUE_NUMBER_INT ? value.getString() : "";
    return digits.matches("[0-9]{1,9}") ? Long.valueOf(digits) : null;
  }

  /** Jackson's messages may quote the document, which may hold a token. */
  private static Throwable withoutText(JacksonException e) {
    return new IllegalArgumentException(e.getClass().getSimpleName());
  }
}
