package dev.ocifs.oci.registry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class TargetGuardTest {
  private static final Origin REGISTRY = Origin.of(URI.create("https://registry.example.com/v2/"));

  private static InetAddress[] resolve(String host) throws UnknownHostException {
    return switch (host) {
      case "cdn.example.com" -> addresses("93.184.215.14", "2606:2800:220:1::1");
      case "sly.example.com" -> addresses("93.184.215.14", "10.0.0.7");
      case "unknown.example.com" -> throw new UnknownHostException(host);
      default -> InetAddress.getAllByName(host); // literals
    };
  }

  private static InetAddress[] addresses(String first, String second) {
    return new InetAddress[] {InetAddress.ofLiteral(first), InetAddress.ofLiteral(second)};
  }

  private static void check(boolean allowPrivate, String previous, String target)
      throws OcifsException {
    new TargetGuard(allowPrivate, ProxySelector.of(null), TargetGuardTest::resolve)
        .check("a redirect", REGISTRY, Origin.of(URI.create(previous)), URI.create(target));
  }

  private static void passes(String target) {
    assertThatCode(() -> check(false, "https://registry.example.com", target))
        .doesNotThrowAnyException();
  }

  private static void refuses(String target) {
    assertThatThrownBy(() -> check(false, "https://registry.example.com", target))
        .as(target)
        .isInstanceOf(OcifsException.class);
  }

  @Test
  void addressesOfTheWorldAndTheRegistryItselfPass() {
    passes("https://cdn.example.com/blob?signature=x");
    passes("https://registry.example.com/other");
    passes("https://registry.example.com:443/other");
    passes("https://93.184.215.14/");
  }

  @Test
  void onePrivateAddressOfANameIsEnoughToRefuse() {
    refuses("https://sly.example.com/");
    refuses("https://10.0.0.7/");
    refuses("https://169.254.169.254/latest/meta-data");
    refuses("https://[::1]:443/");
    refuses("https://[::ffff:169.254.169.254]/");
    refuses("https://0.0.0.0/");
  }

  @Test
  void otherSchemesPasswordsAndNoHostAreRefused() {
    refuses("ftp://cdn.example.com/");
    refuses("file:///etc/passwd");
    refuses("mailto:x@example.com");
    refuses("https:///path");
    refuses("https://user:password@cdn.example.com/");
    refuses("https://unknown.example.com/");
  }

  @Test
  void encryptionIsNotGivenUpOnAnyHop() {
    refuses("http://cdn.example.com/");
    assertThatThrownBy(() -> check(true, "https://cdn.example.com", "http://registry.example.com/"))
        .hasMessageContaining("without encryption");
  }

  @Test
  void privateTargetsMayBeAllowed() {
    assertThatCode(() -> check(true, "https://registry.example.com", "https://10.0.0.7/"))
        .doesNotThrowAnyException();
  }

  @Test
  void behindAProxyAnUnknownNameIsTheProxysToResolve() {
    TargetGuard guard =
        new TargetGuard(
            false,
            ProxySelector.of(InetSocketAddress.createUnresolved("proxy", 3128)),
            TargetGuardTest::resolve);
    assertThatCode(
            () ->
                guard.check(
                    "a redirect", REGISTRY, REGISTRY, URI.create("https://unknown.example.com/")))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> guard.check("a redirect", REGISTRY, REGISTRY, URI.create("https://10.0.0.7/")))
        .isInstanceOf(OcifsException.class);
  }
}
