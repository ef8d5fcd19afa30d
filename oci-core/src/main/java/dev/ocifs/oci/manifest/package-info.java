/**
 * Indexes, manifests and configs: strict parsers of what they say, with the raw bytes that their
 * digests are of.
 */
@NullMarked
package dev.ocifs.oci.manifest;

import org.jspecify.annotations.NullMarked;
