package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.tar.TarEntry;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Digest;

/** What other engines make of entries as the tar has them, which no index tells any more. */
final class TarFindings {
  private final Digest diffId;
  private final Finding.Sink sink;

  TarFindings(Digest diffId, Finding.Sink sink) {
    this.diffId = diffId;
    this.sink = sink;
  }

  void check(TarEntry entry) {
    switch (entry.typeFlag()) {
      case 'S' ->
          differs(
              22, entry, "docker, podman and containerd refuse sparse files in GNU tar's old form");
      case '7' ->
          differs(24, entry, "docker, podman and containerd refuse contiguous files (type 7)");
      default -> {}
    }
  }

  private void differs(int rule, TarEntry entry, String text) {
    sink.found(new Finding(rule, Finding.Severity.DIFFERENCE, diffId, entry.path(), text));
  }
}
