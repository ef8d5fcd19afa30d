package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a PAX extended header, as a byte string. The same key may be added any number of
 * times.
 *
 * <p>Source: POSIX pax, "pax Extended Header".
 */
public final class PaxText {
  private final List<String> records = new ArrayList<>();

  /** Adds {@code LENGTH KEY=VALUE\n} with the right length. */
  public PaxText add(String key, String value) {
    String rest = " " + key + "=" + value + "\n";
    int length = rest.length();
    while (length != rest.length() + String.valueOf(length).length()) {
      length = rest.length() + String.valueOf(length).length();
    }
    return raw(length + rest);
  }

  /** Adds bytes that need not be a record. */
  public PaxText raw(String record) {
    records.add(record);
    return this;
  }

  PaxText mtime(long seconds, int nanos) {
    return add(
        "mtime", BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9)).toPlainString());
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  public byte[] toBytes() {
    return bytes(String.join("", records));
  }
}
