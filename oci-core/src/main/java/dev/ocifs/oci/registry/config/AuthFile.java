package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One file of credentials, as {@code podman login} and {@code docker login} write them. Immutable.
 * No error repeats a value of the file.
 *
 * <p>Source: containers-auth.json(5), and docker's {@code config.json} for what is the same there.
 */
final class AuthFile {
  private static final JsonFactory JSON = new JsonFactory();

  private final ConfigFile file;
  private final Map<String, Entry> auths = new LinkedHashMap<>();
  private final Map<String, String> helpers = new LinkedHashMap<>();
  private String store = "";

  private AuthFile(ConfigFile file) {
    this.file = file;
  }

  /** What one registry has; empty where it has none. */
  private static final class Entry {
    private String auth = "";
    private String user = "";
    private String password = "";
    private String identityToken = "";
  }

  @FunctionalInterface
  private interface Field {
    void take(String name) throws OcifsException;
  }

  /**
   * Reads a file.
   *
   * @param legacy in the form of {@code .dockercfg}, where the outermost object is that of {@code
   *     auths}
   * @throws OcifsException {@code USAGE} with the line, when it is no such file
   */
  static AuthFile parse(ConfigFile file, boolean legacy) throws OcifsException {
    AuthFile parsed = new AuthFile(file);
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), file.text())) {
      if (json.nextToken() == null) {
        return parsed; // an empty file, as mktemp(1) makes it, holds nothing
      }
      if (legacy) {
        parsed.auths(json);
      } else {
        parsed.object(json, name -> parsed.member(json, name));
      }
      if (json.nextToken() != null) {
        throw parsed.at(json, "something follows the document");
      }
    } catch (JacksonException e) {
      // Neither the parser's message nor the exception: they may quote what is no JSON.
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw file.wrong("it is not JSON" + (line > 0 ? " in line " + line : ""));
    }
    parsed.normalise();
    return parsed;
  }

  private void member(JsonParser json, String name) throws OcifsException {
    switch (name) {
      case "auths" -> auths(json);
      case "credHelpers" -> object(json, host -> helpers.put(host, string(json, host)));
      case "credsStore" -> store = string(json, name);
      default -> json.skipChildren();
    }
  }

  private void auths(JsonParser json) throws OcifsException {
    object(
        json,
        key -> {
          Entry entry = new Entry();
          object(json, name -> field(json, entry, name));
          auths.put(key, entry);
        });
  }

  private void field(JsonParser json, Entry entry, String name) throws OcifsException {
    switch (name) {
      case "auth" -> entry.auth = string(json, name);
      case "username" -> entry.user = string(json, name);
      case "password" -> entry.password = string(json, name);
      case "identitytoken" -> entry.identityToken = string(json, name);
      default -> json.skipChildren();
    }
  }

  private void object(JsonParser json, Field field) throws OcifsException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw at(json, "not an object");
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      field.take(name);
    }
  }

  private String string(JsonParser json, String name) throws OcifsException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return "";
    }
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw at(json, "'" + name + "' is not a string");
    }
    return json.getString();
  }

  private OcifsException at(JsonParser json, String what) {
    return file.wrong(what + " in line " + json.currentTokenLocation().getLineNr());
  }

  /** Keys that are addresses count as hosts, unless the host itself is there. */
  private void normalise() {
    new HashMap<>(auths).forEach((key, entry) -> auths.putIfAbsent(AuthKeys.normalise(key), entry));
    new HashMap<>(helpers)
        .forEach((key, name) -> helpers.putIfAbsent(AuthKeys.normalise(key), name));
  }

  /** The helper that keeps the credentials of this host alone. */
  Optional<String> helper(String host) {
    return Optional.ofNullable(helpers.get(AuthKeys.host(host))).filter(name -> !name.isEmpty());
  }

  /** The helper that keeps the credentials of all other hosts. */
  Optional<String> store() {
    return Optional.of(store).filter(name -> !name.isEmpty());
  }

  /**
   * The credential that the file itself has under a key; what names none counts as absent.
   *
   * @throws OcifsException {@code USAGE} naming the key, when the value is not as it should be
   */
  Optional<Credential> credential(String key) throws OcifsException {
    Entry entry = auths.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    String user = entry.user;
    String password = entry.password;
    if (!entry.auth.isEmpty()) {
      String pair = decode(key, entry.auth);
      int colon = pair.indexOf(':');
      if (colon > 0) {
        user = pair.substring(0, colon);
        password = pair.substring(colon + 1);
      }
    }
    if (!entry.identityToken.isEmpty()) {
      return Optional.of(new Credential(user, entry.identityToken, true));
    }
    return user.isEmpty() ? Optional.empty() : Optional.of(new Credential(user, password, false));
  }

  private String decode(String key, String auth) throws OcifsException {
    try {
      String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
      int end = pair.length();
      while (end > 0 && pair.charAt(end - 1) == 0) {
        end--; // docker padded with zeros once
      }
      return pair.substring(0, end);
    } catch (IllegalArgumentException e) {
      throw file.wrong("'auth' of '" + key + "' is not base64");
    }
  }

  /** Names the file only. */
  @Override
  public String toString() {
    return "AuthFile[" + file.path() + "]";
  }
}
