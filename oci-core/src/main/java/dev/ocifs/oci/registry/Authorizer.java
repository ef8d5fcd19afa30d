package dev.ocifs.oci.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells one registry who asks: with the password itself, or with tokens that its token server gives
 * for it. Tokens are kept for each scope, got anew before they expire or when the registry takes
 * them no more, and by one thread while others wait. Thread-safe.
 */
final class Authorizer {

  /** Life of a token where its server says nothing; from the specification of tokens. */
  private static final long DEFAULT_LIFE_SECONDS = 60;

  private static final long MAX_LIFE_SECONDS = TimeUnit.DAYS.toSeconds(365);

  private final String host;
  private final Origin origin;
  private final boolean insecure;
  private final Credentials credentials;
  private final Wire wire;
  private final TargetGuard guard;
  private final Time time;
  private final Map<Scope, Slot> slots = new ConcurrentHashMap<>();

  /** How the registry wants to be told; null until it said. */
  private volatile @Nullable Manner manner;

  Authorizer(
      String host,
      Origin origin,
      boolean insecure,
      Credentials credentials,
      Wire wire,
      TargetGuard guard,
      Time time) {
    this.host = host;
    this.origin = origin;
    this.insecure = insecure;
    this.credentials = credentials;
    this.wire = wire;
    this.guard = guard;
    this.time = time;
  }

  /**
   * A way of logging in.
   *
   * @param tokens where they are had, or null when the password is sent itself
   */
  private record Manner(@Nullable TokenServer tokens) {}

  /** The token of one scope. */
  private static final class Slot {
    final ReentrantLock lock = new ReentrantLock();
    volatile @Nullable Grant grant;
    volatile @Nullable String challenged;
  }

  private record Grant(String header, long refreshNanos) {
    /** Hides the token. */
    @Override
    public String toString() {
      return "Grant[***]";
    }
  }

  /** What to send with a request, or null when the registry has not asked for anything yet. */
  @Nullable String header(Scope scope) throws IOException {
    Manner known = manner;
    if (known == null) {
      return null;
    }
    TokenServer tokens = known.tokens();
    return tokens == null
        ? credentials.find(host, scope.repository()).map(Wire::basic).orElse(null)
        : grant(tokens, scope, null).header();
  }

  /**
   * The registry has refused what was sent: what to send instead.
   *
   * @param sent with the refused request, or null
   * @return empty when there is nothing else to try
   * @throws Refusal when the token server refuses
   */
  Optional<String> challenged(Scope scope, @Nullable String sent, List<Challenge> challenges)
      throws IOException {
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer")) {
        TokenServer tokens = TokenServer.of(challenge, host);
        manner = new Manner(tokens);
        slot(scope).challenged = challenge.parameter("scope");
        return Optional.of(grant(tokens, scope, sent).header());
      }
    }
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("basic")) {
        manner = new Manner(null);
        return credentials
            .find(host, scope.repository())
            .map(Wire::basic)
            .filter(header -> !header.equals(sent));
      }
    }
    return Optional.empty();
  }

  /** The registry takes nothing of what was tried: whoever keeps the credential forgets it. */
  void refused(Scope scope) throws IOException {
    slots.remove(scope);
    credentials
        .find(host, scope.repository())
        .ifPresent(credential -> credentials.refused(host, credential));
  }

  private Slot slot(Scope scope) {
    return slots.computeIfAbsent(scope, any -> new Slot());
  }

  /** A token that is good for a while and is not the stale one. */
  private Grant grant(TokenServer tokens, Scope scope, @Nullable String stale) throws IOException {
    Slot slot = slot(scope);
    Grant kept = usable(slot, stale);
    if (kept != null) {
      return kept;
    }
    try {
      slot.lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    try {
      kept = usable(slot, stale);
      if (kept == null) {
        kept = fetch(tokens, scope, slot);
        slot.grant = kept;
      }
      return kept;
    } finally {
      slot.lock.unlock();
    }
  }

  private @Nullable Grant usable(Slot slot, @Nullable String stale) {
    Grant grant = slot.grant;
    return grant == null || grant.header().equals(stale) || time.nanos() - grant.refreshNanos() >= 0
        ? null
        : grant;
  }

  private Grant fetch(TokenServer tokens, Scope scope, Slot slot) throws IOException {
    guard.checkRealm(origin, tokens.realm());
    boolean unverified = insecure && Origin.of(tokens.realm()).sameHostAndPort(origin);
    Optional<Credential> who = credentials.find(host, scope.repository());
    long asked = time.nanos();
    try {
      Answers.Token token = tokens.token(scope, slot.challenged, who, wire, unverified);
      long life = Math.clamp(token.seconds().orElse(DEFAULT_LIFE_SECONDS), 1, MAX_LIFE_SECONDS);
      // nine tenths: a request that starts with it should also arrive with it
      return new Grant("Bearer " + token.token(), asked + TimeUnit.SECONDS.toNanos(life) / 10 * 9);
    } catch (Refusal e) {
      if (e.isDenial()) {
        who.ifPresent(credential -> credentials.refused(host, credential));
      }
      throw e;
    }
  }
}
