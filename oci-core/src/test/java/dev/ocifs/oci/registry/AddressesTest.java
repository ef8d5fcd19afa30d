package dev.ocifs.oci.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:a00:1::1"
      })
  void privateOnes(String address) {
    assertThat(Addresses.isPrivate(InetAddress.ofLiteral(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "93.184.215.14",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:2800:220:1::1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
        "::ffff:1.1.1.1"
      })
  void thoseOfTheWorld(String address) {
    assertThat(Addresses.isPrivate(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:5000",
        "127.0.0.1:5000",
        "127.1.2.3",
        "[::1]:5000",
        "[::1]"
      })
  void thisMachineByName(String host) {
    assertThat(Addresses.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost.example.com", "127.0.0.1.example.com", "example.com:127", "128.0.0.1"})
  void otherMachinesByName(String host) {
    assertThat(Addresses.isLoopback(host)).isFalse();
  }
}
