package dev.ocifs.oci.source;

import java.util.List;

/** A list of names in a message, cut where it gets long. */
final class Listing {
  private static final int MAX_NAMES = 20;

  private Listing() {}

  static String of(List<String> names) {
    if (names.isEmpty()) {
      return "nothing";
    }
    int shown = Math.min(names.size(), MAX_NAMES);
    String text = String.join(", ", names.subList(0, shown));
    return shown == names.size() ? text : text + " and " + (names.size() - shown) + " more";
  }
}
