package dev.ocifs.oci.manifest;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a container of the image runs, and as whom; ocifs only shows it.
 *
 * <p>Source: OCI image-spec v1.1, config.md, "config". Immutable.
 *
 * @param env {@code NAME=VALUE} each
 * @param exposedPorts {@code port/protocol} each
 */
public record ProcessConfig(
    Optional<String> user,
    List<String> env,
    List<String> entrypoint,
    List<String> cmd,
    Optional<String> workingDir,
    Map<String, String> labels,
    Set<String> exposedPorts,
    Set<String> volumes,
    Optional<String> stopSignal) {

  /** What an image without this section has. */
  static final ProcessConfig EMPTY = new Builder().build();

  static ProcessConfig read(StrictJson json) throws IOException {
    Builder builder = new Builder();
    json.objectOrNull(name -> builder.take(name, json));
    return builder.build();
  }

  private static final class Builder {
    private Optional<String> user = Optional.empty();
    private List<String> env = List.of();
    private List<String> entrypoint = List.of();
    private List<String> cmd = List.of();
    private Optional<String> workingDir = Optional.empty();
    private Map<String, String> labels = Map.of();
    private Set<String> exposedPorts = Set.of();
    private Set<String> volumes = Set.of();
    private Optional<String> stopSignal = Optional.empty();

    boolean take(String name, StrictJson json) throws IOException {
      switch (name) {
        case "User" -> user = json.optionalString();
        case "Env" -> env = json.strings();
        case "Entrypoint" -> entrypoint = json.strings();
        case "Cmd" -> cmd = json.strings();
        case "WorkingDir" -> workingDir = json.optionalString();
        case "Labels" -> labels = json.stringMap();
        case "ExposedPorts" -> exposedPorts = json.names();
        case "Volumes" -> volumes = json.names();
        case "StopSignal" -> stopSignal = json.optionalString();
        default -> {
          return false;
        }
      }
      return true;
    }

    ProcessConfig build() {
      return new ProcessConfig(
          user,
          env,
          entrypoint,
          cmd,
          workingDir,
          Collections.unmodifiableMap(labels),
          Collections.unmodifiableSet(exposedPorts),
          Collections.unmodifiableSet(volumes),
          stopSignal);
    }
  }
}
