package dev.ocifs.oci.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChallengeTest {
  @Test
  void parametersAreReadWithTheirQuotes() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Bearer realm=\"https://a/t\",Service = \"x\\\"y\" , scope=\"r:a:pull,push\"")))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of("realm", "https://a/t", "service", "x\"y", "scope", "r:a:pull,push")));
  }

  @Test
  void severalChallengesStandInOneFieldOrMany() {
    assertThat(Challenge.parse(List.of("Basic realm=\"a\", Bearer realm=\"b\"", "Negotiate")))
        .extracting(Challenge::scheme)
        .containsExactly("basic", "bearer", "negotiate");
  }

  @Test
  void firstParameterOfANameCounts() {
    assertThat(Challenge.parse(List.of("Bearer realm=a,realm=b")).getFirst().parameter("realm"))
        .isEqualTo("a");
  }

  @Test
  void anythingElseEnds() {
    long seed = 11;
    Random random = new Random(seed);
    String alphabet = "ab= ,\"\\\t";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(20); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(Challenge.parse(List.of(text.toString())).size())
          .as("seed %d: %s", seed, text)
          .isLessThanOrEqualTo(text.length());
    }
  }
}
