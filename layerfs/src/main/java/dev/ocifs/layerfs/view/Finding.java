package dev.ocifs.layerfs.view;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Something about an image that its author may want to know: about an entry of a layer, a layer as
 * a whole, or a document.
 *
 * @param rule the number of the rule in docs/semantics.md, 0 when there is none
 * @param severity how much it matters
 * @param content the layer by its diffID; of a note, a document by its digest
 * @param entry path of the entry, empty when it is about the whole
 * @param text what was found, one line
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes; findings are printed, never compared
public record Finding(int rule, Severity severity, Digest content, byte[] entry, String text) {

  /** How much a finding matters. */
  public enum Severity {
    /** The entry breaks a rule: it is shown in spite of that, but refused with {@code --strict}. */
    WARNING,
    /** The entry is well-formed, but docker, podman or containerd show it otherwise. */
    DIFFERENCE,
    /** What a document says is allowed, but not all that it names is there. */
    NOTE
  }

  /** Receives findings, those of one layer in the order of its entries. */
  @FunctionalInterface
  public interface Sink {
    void found(Finding finding);
  }

  /** One line, safe for a terminal. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(severity.name().toLowerCase(Locale.ROOT));
    line.append(severity == Severity.NOTE ? ": document " : ": layer ").append(content);
    if (entry.length > 0) {
      line.append(": entry ").append(new String(entry, StandardCharsets.UTF_8));
    }
    line.append(": ").append(text);
    if (rule != 0) {
      line.append(" (rule ").append(rule).append(')');
    }
    return Printable.escape(line.toString());
  }
}
