package dev.ocifs.cli;

import dev.ocifs.oci.registry.config.RegistryVariables;
import dev.ocifs.oci.remote.RemoteOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a command talks to registries.
 *
 * @param variables of the environment of the command, which may be another one than ours
 * @param authFile where credentials are, when not in the usual places
 * @param tlsVerify whether certificates are checked, and plain HTTP is refused; absent where the
 *     configuration of registries decides
 * @param allowPrivate whether a registry may send on to this machine and its network
 */
record RemoteSettings(
    RegistryVariables variables,
    Optional<Path> authFile,
    Optional<Boolean> tlsVerify,
    boolean allowPrivate,
    RemoteOptions options) {}
