package dev.ocifs.oci.registry;

/**
 * What proves who the user is at one registry. Never printed: its text hides the secret. Immutable.
 *
 * @param user empty where an identity token needs none
 * @param secret a password, or the identity token
 * @param identityToken whether the secret is a refresh token of the OAuth 2 endpoint and no
 *     password
 */
public record Credential(String user, String secret, boolean identityToken) {

  /** Names the user only. */
  @Override
  public String toString() {
    return "Credential[" + user + ", ***]";
  }
}
