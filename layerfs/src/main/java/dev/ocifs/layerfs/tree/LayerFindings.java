package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.index.LayerEntry;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is odd about the entries of one layer: passed on, or, where it breaks a rule and nothing may
 * be broken, thrown. Not thread-safe.
 */
final class LayerFindings {
  private static final byte[] SELINUX = bytes("security.selinux");
  private static final byte[] TRUSTED = bytes("trusted.");
  private static final byte[] USER = bytes("user.");

  private final Digest diffId;
  private final boolean strict;
  private final Finding.Sink sink;

  LayerFindings(Digest diffId, boolean strict, Finding.Sink sink) {
    this.diffId = diffId;
    this.strict = strict;
    this.sink = sink;
  }

  /** The entry breaks a rule that can be bent. */
  void broken(int rule, byte[] path, String text) throws OcifsException {
    if (strict) {
      throw new OcifsException(OcifsException.Kind.INVALID_IMAGE, text)
          .rule(rule)
          .hint("leave out --strict to accept it");
    }
    sink.found(new Finding(rule, Finding.Severity.WARNING, diffId, path, text));
  }

  /**
   * Other engines show the entry otherwise; what they do was seen with the versions that
   * docs/semantics.md names.
   */
  void differs(int rule, byte[] path, String text) {
    sink.found(new Finding(rule, Finding.Severity.DIFFERENCE, diffId, path, text));
  }

  /** Reports attributes that other engines take for something else. */
  void attributes(LayerEntry entry) {
    if (entry.type == LayerEntry.Type.CHARACTER_DEVICE && entry.major == 0 && entry.minor == 0) {
      differs(
          15,
          entry.path,
          "docker, podman and containerd take a character device 0:0 for a whiteout");
    }
    for (int i = 0; i < entry.xattrs.length; i += 2) {
      byte[] name = entry.xattrs[i];
      if (startsWith(name, TRUSTED)) {
        differs(15, entry.path, "containerd does not show trusted extended attributes");
      } else if (startsWith(name, USER) && entry.type == LayerEntry.Type.SYMLINK) {
        differs(16, entry.path, "podman refuses user extended attributes on symbolic links");
      } else if (Arrays.equals(name, SELINUX)) {
        differs(16, entry.path, "docker and containerd show security.selinux");
      }
    }
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
