package dev.ocifs.oci.registry;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a whole an answer carries.
 *
 * <p>Source: RFC 9110, section 14.4. Immutable.
 *
 * @param first position of the first byte
 * @param last position of the last byte
 * @param size of the whole, where the server knows it
 */
record ContentRange(long first, long last, OptionalLong size) {
  private static final Pattern FORM =
      Pattern.compile("bytes +([0-9]{1,18})-([0-9]{1,18})/(\\*|[0-9]{1,18})");

  /** Reads the value of a header; empty when it is of another form. */
  static Optional<ContentRange> parse(String value) {
    Matcher matcher = FORM.matcher(value.trim());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long first = Long.parseLong(matcher.group(1));
    long last = Long.parseLong(matcher.group(2));
    String size = matcher.group(3);
    return last < first
        ? Optional.empty()
        : Optional.of(
            new ContentRange(
                first,
                last,
                size.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(size))));
  }

  long length() {
    return last - first + 1;
  }
}
