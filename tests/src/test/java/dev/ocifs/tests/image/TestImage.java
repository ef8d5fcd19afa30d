package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.JsonText.object;

import dev.ocifs.oci.Platform;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * An image to be generated: its layers and its platform. Immutable.
 *
 * @param layers base first
 * @param os as config and index are to say it
 * @param variant empty when there is none
 */
public record TestImage(List<TestLayer> layers, String os, String architecture, String variant) {

  /** For the platform of this machine. */
  public static TestImage of(List<TestLayer> layers) {
    Platform host = Platform.host();
    return new TestImage(layers, host.os(), host.architecture(), host.variant());
  }

  /** For the platform of this machine. */
  public static TestImage of(TestLayer... layers) {
    return of(List.of(layers));
  }

  /** Of gzip layers, one for each list of entries. */
  public static TestImage ofEntries(List<List<Entry>> layers) {
    return of(layers.stream().map(TestLayer::of).toList());
  }

  public TestImage withPlatform(String newOs, String newArchitecture, String newVariant) {
    return new TestImage(layers, newOs, newArchitecture, newVariant);
  }

  /** What an index says of the platform. */
  Map<String, Object> platform() {
    Map<String, Object> platform = object("os", os, "architecture", architecture);
    if (!variant.isEmpty()) {
      platform.put("variant", variant);
    }
    return platform;
  }

  /** The config, of which the image's ID is the digest. */
  public byte[] config() {
    List<Object> diffIds = new ArrayList<>();
    List<Object> history = new ArrayList<>();
    for (TestLayer layer : layers) {
      diffIds.add("sha256:" + sha256(layer.tar()));
      history.add(object("created_by", "ADD layer"));
      history.add(object("created_by", "ENV a=b", "empty_layer", true));
    }
    Map<String, Object> config = platform();
    config.put("config", object("Env", List.of("PATH=/bin")));
    config.put("rootfs", object("type", "layers", "diff_ids", diffIds));
    config.put("history", history);
    return JsonText.of(config).getBytes(StandardCharsets.UTF_8);
  }

  /** The digest of a blob or of a layer, in hex. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
