package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.manifest.Document;

/**
 * A manifest or index that is to be copied.
 *
 * @param descriptor without the annotations that it had where it came from
 */
public record PlannedManifest(Descriptor descriptor, Document document) {}
