package dev.ocifs.oci;

import java.util.List;
import java.util.Locale;

/**
 * An operating system, a processor architecture and its variant, in the names that Go uses;
 * normalised. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, image-index.md, "platform".
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64}
 * @param variant such as {@code v7}; empty for the architecture's first, and for arm64 v8
 */
public record Platform(String os, String architecture, String variant) {

  public Platform {
    String arch = architecture.toLowerCase(Locale.ROOT);
    String var = variant.toLowerCase(Locale.ROOT);
    os = os.toLowerCase(Locale.ROOT);
    if (os.equals("macos")) {
      os = "darwin";
    }
    switch (arch) {
      case "x86_64", "x86-64" -> arch = "amd64";
      case "i386", "i486", "i586", "i686", "x86" -> arch = "386";
      case "aarch64" -> arch = "arm64";
      case "armhf" -> {
        arch = "arm";
        var = "v7";
      }
      case "armel" -> {
        arch = "arm";
        var = "v6";
      }
      default -> {}
    }
    if (!var.isEmpty() && Character.isDigit(var.charAt(0))) {
      var = "v" + var;
    }
    if ((arch.equals("arm64") && var.equals("v8")) || (arch.equals("amd64") && var.equals("v1"))) {
      var = "";
    }
    if (arch.equals("arm") && var.isEmpty()) {
      var = "v7";
    }
    architecture = arch;
    variant = var;
  }

  /** The platform of this machine; its variant is not looked at, except that arm is v7. */
  public static Platform host() {
    return new Platform("linux", System.getProperty("os.arch", "amd64"), "");
  }

  /**
   * Parses {@code os/architecture[/variant]}, or {@code architecture} alone, which means Linux.
   *
   * @throws OcifsException {@code USAGE} when it is neither
   */
  public static Platform parse(String text) throws OcifsException {
    List<String> parts = List.of(text.split("/", -1));
    if (parts.size() > 3 || parts.contains("")) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + text + "' is not a platform")
          .rule(31)
          .hint("write it as os/architecture or os/architecture/variant, as linux/arm64");
    }
    if (parts.size() == 1) {
      return new Platform("linux", parts.get(0), "");
    }
    return new Platform(parts.get(0), parts.get(1), parts.size() == 3 ? parts.get(2) : "");
  }

  /**
   * How well an image for {@code image} runs here: 0 not at all, more is better. A processor runs
   * the variants up to its own; asked for without a variant, amd64 and arm64 take the plainest
   * image.
   */
  public int fitness(Platform image) {
    if (!os.equals(image.os) || !architecture.equals(image.architecture)) {
      return 0;
    }
    int own = level(variant);
    int its = level(image.variant);
    if (own < 0 || its < 0) {
      return variant.equals(image.variant) ? 1 : 0;
    }
    return its <= own ? its + 1 : 0;
  }

  /** The number of the variant: 1 for none, -1 for one that is no number. */
  private static int level(String variant) {
    if (variant.isEmpty()) {
      return 1;
    }
    if (variant.length() == 2 && variant.charAt(0) == 'v' && Character.isDigit(variant.charAt(1))) {
      return variant.charAt(1) - '0';
    }
    return -1;
  }

  /** {@code os/architecture} or {@code os/architecture/variant}. */
  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
