package dev.ocifs.oci.stored;

import dev.ocifs.oci.Descriptor;

/**
 * An image that a store holds by name.
 *
 * @param name in full, for example {@code docker.io/library/debian:12}
 * @param top its manifest, or the index that names one for each platform
 * @param whole whether all of it is in the store; else what is missing is fetched when it is read
 */
public record StoredImage(String name, Descriptor top, boolean whole) {}
