package dev.ocifs.layerfs.view;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Printable;
import java.nio.charset.StandardCharsets;

/**
 * Something about an entry of a layer that its author may want to know.
 *
 * @param rule the number of the rule in docs/semantics.md
 * @param severity how much it matters
 * @param diffId the layer
 * @param entry path of the entry
 * @param text what was found, one line
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes; findings are printed, never compared
public record Finding(int rule, Severity severity, Digest diffId, byte[] entry, String text) {

  /** How much a finding matters. */
  public enum Severity {
    /** The entry breaks a rule: it is shown in spite of that, but refused with {@code --strict}. */
    WARNING,
    /** The entry is well-formed, but docker, podman or containerd show it otherwise. */
    DIFFERENCE
  }

  /** Receives findings, those of one layer in the order of its entries. */
  @FunctionalInterface
  public interface Sink {
    void found(Finding finding);
  }

  /** One line, safe for a terminal. */
  @Override
  public String toString() {
    return Printable.escape(
        severity.name().toLowerCase(java.util.Locale.ROOT)
            + ": layer "
            + diffId
            + ": entry "
            + new String(entry, StandardCharsets.UTF_8)
            + ": "
            + text
            + " (rule "
            + rule
            + ")");
  }
}
