/** What the user's machine says about registries: files and variables of docker and podman. */
@NullMarked
package dev.ocifs.oci.registry.config;

import org.jspecify.annotations.NullMarked;
