package dev.ocifs.oci.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyTest {
  @Test
  void registryIsAskedThroughTheProxyWhichGetsItsOwnPassword() throws IOException {
    // a server of HTTP takes the addresses that a proxy is sent, too
    try (TestRegistry proxy = TestRegistry.start()) {
      proxy.putManifest("a/b", "1", MediaType.OCI_MANIFEST, "{}".getBytes(UTF_8));
      int port = Integer.parseInt(proxy.host().substring(proxy.host().indexOf(':') + 1));
      HttpSettings http =
          HttpSettings.DEFAULTS.withProxies(
              ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
              address -> Optional.of(new Credential("me", "proxy-password", false)));
      RegistryOptions options =
          RegistryOptions.DEFAULTS
              .withHttp(http)
              .withEndpoints(name -> List.of(new Endpoint(name.host(), "a/b", true)));
      try (RegistryClient client = TestRegistry.client(options)) {
        client.repository(RegistryName.parse("registry.invalid/a/b:1")).manifest();
      }
      Recorded request = proxy.recorded(Route.MANIFEST).getFirst();
      assertThat(request.header("Host")).contains("registry.invalid");
      assertThat(request.header("Proxy-Authorization")).isPresent();
      assertThat(request.header("Authorization")).isEmpty();
    }
  }
}
