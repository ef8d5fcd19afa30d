package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Who may come into a {@link TestRegistry}: anyone, those with a password, or with a token. */
public final class TestLogins {
  private final TestRegistry registry;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<String, Set<String>> tokens = new ConcurrentHashMap<>();
  private volatile boolean basic;
  private volatile boolean bearer;
  private volatile @Nullable Credential who;
  private volatile @Nullable String realm;
  private volatile long lifeSeconds = 300;

  TestLogins(TestRegistry registry) {
    this.registry = registry;
  }

  /** Demands a password with each request. */
  public void demandPassword(Credential credential) {
    who = credential;
    basic = true;
  }

  /** Demands tokens, which are given to this user, or to anyone for null. */
  public void demandTokens(@Nullable Credential credential) {
    who = credential;
    bearer = true;
  }

  /** Names another address as the token server. */
  public void realm(String address) {
    realm = address;
  }

  /** Says how long tokens to come are good for; they stay good until {@link #expireTokens}. */
  public void life(long seconds) {
    lifeSeconds = seconds;
  }

  /** Takes no token any more that was given so far. */
  public void expireTokens() {
    tokens.clear();
  }

  /** How many tokens were given. */
  public int tokensGiven() {
    return count.get();
  }

  /** Lets a request in, or answers it. */
  boolean letsIn(Visit visit, @Nullable String repository) throws IOException {
    String given = visit.exchange.getRequestHeaders().getFirst("Authorization");
    String method = visit.exchange.getRequestMethod();
    String needs =
        "repository:"
            + repository
            + (method.equals("GET") || method.equals("HEAD") ? ":pull" : ":pull,push");
    if (basic) {
      if (given == null || !given.equals(Wire.basic(known()))) {
        visit.header("WWW-Authenticate", "Basic realm=\"test\"");
        Fault.status(401, "UNAUTHORIZED", "log in").apply(visit);
        return false;
      }
    } else if (bearer) {
      Set<String> scopes = given == null ? null : tokens.get(given.replaceFirst("Bearer ", ""));
      if (scopes == null || (repository != null && !grants(scopes, needs))) {
        visit.header(
            "WWW-Authenticate",
            "Bearer realm=\""
                + (realm == null ? registry.url("/token") : realm)
                + "\",service=\"test\",scope=\""
                + needs
                + "\"");
        Fault.status(401, "UNAUTHORIZED", "a token, please").apply(visit);
        return false;
      }
    }
    return true;
  }

  private Credential known() {
    Credential credential = who;
    if (credential == null) {
      throw new IllegalStateException("a password is demanded of nobody");
    }
    return credential;
  }

  private static boolean grants(Set<String> scopes, String needs) {
    return scopes.contains(needs) || scopes.contains(needs.replace(":pull", ":pull,push"));
  }

  void giveToken(Visit visit, String query) throws IOException {
    Credential credential = who;
    String authorization = visit.exchange.getRequestHeaders().getFirst("Authorization");
    List<String> form =
        Arrays.stream(query.split("&", -1)).map(part -> URLDecoder.decode(part, UTF_8)).toList();
    boolean known =
        credential == null
            || (credential.identityToken()
                ? form.contains("refresh_token=" + credential.secret())
                : Wire.basic(credential).equals(authorization));
    if (!known) {
      visit.answer(401, "{\"details\":\"who is that?\"}".getBytes(UTF_8));
      return;
    }
    String token = "token-" + count.incrementAndGet();
    Set<String> scopes = ConcurrentHashMap.newKeySet();
    for (String part : form) {
      if (part.startsWith("scope=")) {
        scopes.addAll(List.of(part.substring("scope=".length()).split(" ", -1)));
      }
    }
    tokens.put(token, scopes);
    visit
        .header("Content-Type", "application/json")
        .answer(
            200,
            ("{\"token\":\"" + token + "\",\"expires_in\":" + lifeSeconds + "}").getBytes(UTF_8));
  }
}
