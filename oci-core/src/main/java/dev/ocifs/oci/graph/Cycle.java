package dev.ocifs.oci.graph;

import dev.ocifs.oci.Digest;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A way round: each content names the next one, and the last digest is the first one again.
 *
 * @param digests two or more; {@code [a, a]} for a content that names itself
 */
public record Cycle(List<Digest> digests) {
  /** How many digests are printed at each end of a long way. */
  private static final int PRINTED = 8;

  public Cycle {
    digests = List.copyOf(digests);
    if (digests.size() < 2 || !digests.getFirst().equals(digests.getLast())) {
      throw new IllegalArgumentException("does not come back to where it begins: " + digests);
    }
  }

  /** How many different contents the way leads through. */
  public int length() {
    return digests.size() - 1;
  }

  /** {@code sha256:a -> sha256:b -> sha256:a}; the middle of a long way is only counted. */
  @Override
  public String toString() {
    int left = digests.size() - 2 * PRINTED;
    if (left <= 1) {
      return printed(digests);
    }
    return printed(digests.subList(0, PRINTED))
        + " -> ("
        + left
        + " more) -> "
        + printed(digests.subList(PRINTED + left, digests.size()));
  }

  private static String printed(List<Digest> way) {
    return way.stream().map(Digest::toString).collect(Collectors.joining(" -> "));
  }
}
