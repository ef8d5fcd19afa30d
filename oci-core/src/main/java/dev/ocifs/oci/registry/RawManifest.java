package dev.ocifs.oci.registry;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.manifest.Document;

/**
 * A manifest or index as a registry gave it. Immutable.
 *
 * @param mediaType what the registry says it is; the document says nothing else
 * @param document its bytes and digest; they are what was asked for, where that was a digest
 */
public record RawManifest(MediaType mediaType, Document document) {

  /** What names it. */
  public Descriptor descriptor() {
    return new Descriptor(mediaType, document.digest(), document.size());
  }
}
