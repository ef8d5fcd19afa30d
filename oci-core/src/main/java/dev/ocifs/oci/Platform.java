package dev.ocifs.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * An operating system and a processor, normalised: {@code linux/amd64}, {@code linux/arm/v7}. The
 * variant is empty where it is the base of its architecture (amd64 v1, arm64 v8).
 *
 * <p>Source: OCI image-spec v1.1, image-index.md, "platform"; names as in Go's GOOS and GOARCH.
 * Immutable.
 *
 * @param os the operating system, lower case
 * @param architecture the architecture, lower case
 * @param variant the variant, {@code ""} when there is none
 */
public record Platform(String os, String architecture, String variant) {

  private static final String X86_64_V2 = "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3";
  private static final String X86_64_V3 = "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave";
  private static final String X86_64_V4 = "avx512f avx512bw avx512cd avx512dq avx512vl";

  /** Normalises what tools write: {@code x86_64}, {@code aarch64}, {@code armhf}, {@code macos}. */
  public Platform {
    os = os.toLowerCase(Locale.ROOT);
    architecture = architecture.toLowerCase(Locale.ROOT);
    variant = variant.toLowerCase(Locale.ROOT);
    if (os.equals("macos")) {
      os = "darwin";
    }
    switch (architecture) {
      case "x86_64", "x86-64" -> architecture = "amd64";
      case "aarch64" -> architecture = "arm64";
      case "i386", "i486", "i586", "i686", "x86" -> architecture = "386";
      case "ppc64el" -> architecture = "ppc64le";
      case "mips64el" -> architecture = "mips64le";
      case "armhf" -> {
        architecture = "arm";
        variant = "v7";
      }
      case "armel" -> {
        architecture = "arm";
        variant = "v6";
      }
      default -> {}
    }
    if (!variant.isEmpty() && Character.isDigit(variant.charAt(0))) {
      variant = "v" + variant;
    }
    if (architecture.equals("arm") && variant.isEmpty()) {
      variant = "v7";
    } else if ((architecture.equals("arm64") && variant.equals("v8"))
        || (architecture.equals("amd64") && variant.equals("v1"))) {
      variant = "";
    }
  }

  /**
   * Parses {@code os/architecture} or {@code os/architecture/variant}.
   *
   * @throws OcifsException {@code USAGE} when the text has another form
   */
  public static Platform parse(String text) throws OcifsException {
    List<String> parts = Arrays.asList(text.split("/", -1));
    if (parts.size() < 2 || parts.size() > 3 || parts.stream().anyMatch(String::isBlank)) {
      throw new OcifsException(OcifsException.Kind.USAGE, "'" + text + "' is not a platform")
          .rule(31)
          .hint("write os/architecture[/variant], for example linux/arm64 or linux/arm/v7");
    }
    return new Platform(parts.get(0), parts.get(1), parts.size() == 3 ? parts.get(2) : "");
  }

  /**
   * The platform of this machine, as containers see it: always Linux, with the best x86-64 level
   * that the processor has.
   */
  public static Platform host() {
    String architecture = System.getProperty("os.arch", "amd64");
    Platform base = new Platform("linux", architecture, "");
    return base.architecture.equals("amd64")
        ? new Platform("linux", "amd64", x86Level(cpuFlags()))
        : base;
  }

  /** The x86-64 level, as the psABI defines it, of a processor with these flags. */
  static String x86Level(Set<String> flags) {
    if (!flags.containsAll(List.of(X86_64_V2.split(" ")))) {
      return "v1";
    }
    if (!flags.containsAll(List.of(X86_64_V3.split(" ")))) {
      return "v2";
    }
    return flags.containsAll(List.of(X86_64_V4.split(" "))) ? "v4" : "v3";
  }

  private static Set<String> cpuFlags() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> new TreeSet<>(List.of(line.split("\\s+"))))
          .orElseGet(TreeSet::new);
    } catch (IOException e) {
      return Set.of(); // no such file, no such knowledge: every x86-64 processor runs v1
    }
  }

  /** Whether it is {@code unknown/unknown}, which marks attestations and never an image. */
  public boolean isUnknown() {
    return os.equals("unknown") && architecture.equals("unknown");
  }

  /** What runs here, best first: this platform, then the older variants of its architecture. */
  public List<Platform> preferences() {
    List<String> descending =
        switch (architecture) {
          case "amd64" -> List.of("v4", "v3", "v2", "");
          case "arm" -> List.of("v8", "v7", "v6", "v5");
          default -> List.of(variant, "");
        };
    int own = descending.indexOf(variant);
    if (own < 0) {
      return List.of(this);
    }
    List<Platform> all = new ArrayList<>();
    for (String candidate : descending.subList(own, descending.size())) {
      Platform platform = new Platform(os, architecture, candidate);
      if (!all.contains(platform)) {
        all.add(platform);
      }
    }
    return List.copyOf(all);
  }

  /** {@code os/architecture[/variant]}. */
  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
