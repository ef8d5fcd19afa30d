package dev.ocifs.oci.registry;

import java.io.IOException;

/**
 * One thing to ask of a registry, and what to make of the answer: each endpoint of the protocol is
 * one. An operation belongs to one call; it may remember what earlier attempts of the call brought.
 */
interface Operation<T> {

  /** What is asked for, for messages: {@code "the manifest of ..."}. */
  String what();

  /** What it needs to be allowed to do at this place. */
  default Scope scope(Place place) {
    return Scope.pull(place.repository());
  }

  /** The request of the next attempt, which asks only for what is still missing. */
  Request request(Place place) throws IOException;

  /** Whether {@link #handle} knows what to do with a status; all others are errors. */
  boolean accepts(int status);

  /**
   * Makes the result of an answer, which the caller closes.
   *
   * @throws IOException when the answer breaks off: the next attempt may bring the rest
   */
  T handle(Place place, Response response) throws IOException;

  /** What to do where the server has no such thing. */
  default String whenMissing() {
    return "check the name; some registries also say so where a login is missing";
  }

  /** Whether a failed attempt may be followed by another one. */
  default boolean isRepeatable() {
    return true;
  }

  /** Bytes that all attempts have brought so far: who gets on has patience left. */
  default long broughtBytes() {
    return 0;
  }
}
