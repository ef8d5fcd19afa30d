package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint that gives tokens: asked by GET with a password or as nobody, and by POST with an
 * identity token. It must not redirect to another origin.
 *
 * <p>Source: distribution spec of tokens ("Token Authentication Specification"), and its OAuth 2
 * form.
 *
 * @param realm its address
 * @param service what it calls the registry
 */
record TokenServer(URI realm, Optional<String> service) {
  private static final int MAX_ANSWER_BYTES = 256 << 10;

  /**
   * The token server of a challenge.
   *
   * @throws OcifsException {@code REMOTE} when it names none
   */
  static TokenServer of(Challenge challenge, String host) throws OcifsException {
    String realm = challenge.parameter("realm");
    try {
      if (realm != null) {
        URI uri = new URI(realm);
        return new TokenServer(uri, Optional.ofNullable(challenge.parameter("service")));
      }
    } catch (URISyntaxException e) {
      // the same as none
    }
    throw new OcifsException(
        OcifsException.Kind.REMOTE,
        "registry " + host + " asks for a token and does not say where");
  }

  /**
   * Gets a token.
   *
   * @param challenged a scope that the registry named, which counts besides ours
   * @throws Refusal when the server refuses
   */
  Answers.Token token(
      Scope scope,
      @Nullable String challenged,
      Optional<Credential> who,
      Wire wire,
      boolean insecure)
      throws IOException {
    Set<String> scopes = new LinkedHashSet<>();
    if (challenged != null && !challenged.isEmpty()) {
      scopes.add(challenged);
    }
    scopes.addAll(scope.parts());
    boolean oauth = who.isPresent() && who.get().identityToken();
    Request request = oauth ? post(scopes, who.get()) : get(scopes, who);
    String authorization = oauth ? null : who.map(Wire::basic).orElse(null);
    Response response = wire.send(request, authorization, insecure);
    if (response.status() != 200) {
      throw Refusal.of(response);
    }
    try (response) {
      return Answers.token(realm.getHost(), response.bytes(MAX_ANSWER_BYTES));
    }
  }

  private Request get(Set<String> scopes, Optional<Credential> who) {
    StringBuilder query = new StringBuilder();
    service.ifPresent(value -> add(query, "service", value));
    scopes.forEach(value -> add(query, "scope", value));
    who.ifPresent(credential -> add(query, "account", credential.user()));
    return Request.get(withQuery(realm, query.toString()));
  }

  private Request post(Set<String> scopes, Credential who) {
    StringBuilder form = new StringBuilder();
    add(form, "grant_type", "refresh_token");
    add(form, "refresh_token", who.secret());
    add(form, "client_id", "ocifs");
    service.ifPresent(value -> add(form, "service", value));
    add(form, "scope", String.join(" ", scopes));
    return new Request("POST", realm)
        .with("Content-Type", "application/x-www-form-urlencoded")
        .with(Payload.of(form.toString().getBytes(UTF_8)));
  }

  private static void add(StringBuilder form, String name, String value) {
    form.append(form.isEmpty() ? "" : "&").append(name).append('=');
    form.append(URLEncoder.encode(value, UTF_8));
  }

  /** The address with more parameters behind those that it has. */
  static URI withQuery(URI uri, String query) {
    if (query.isEmpty()) {
      return uri;
    }
    String text = uri.toString();
    int fragment = text.indexOf('#');
    String base = fragment < 0 ? text : text.substring(0, fragment);
    return URI.create(base + (uri.getRawQuery() == null ? "?" : "&") + query);
  }
}
