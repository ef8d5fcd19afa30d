package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image config says: the platform, the diffIDs of the layers, how a container is to be
 * started, and the history. Immutable.
 *
 * <p>Source: OCI image-spec v1.1, config.md.
 *
 * @param created as written, RFC 3339
 * @param diffIds of the layers, base first
 */
public record ImageConfig(
    Platform platform,
    Optional<String> created,
    Optional<String> author,
    String user,
    List<String> env,
    List<String> entrypoint,
    List<String> cmd,
    String workingDir,
    List<String> exposedPorts,
    List<String> volumes,
    Map<String, String> labels,
    String stopSignal,
    List<Digest> diffIds,
    List<History> history) {

  /** How a layer came to be. */
  public record History(
      Optional<String> created,
      Optional<String> createdBy,
      Optional<String> comment,
      boolean emptyLayer) {}

  /**
   * Parses a config.
   *
   * @param name what it is, for messages
   * @throws OcifsException {@code INVALID_IMAGE} when it is none
   */
  public static ImageConfig parse(String name, byte[] raw) throws OcifsException {
    Json json = Json.parseObject(name, raw);
    Json start = json.get("config");
    List<Digest> diffIds = new ArrayList<>();
    for (String diffId : json.get("rootfs").get("diff_ids").texts()) {
      diffIds.add(Digest.parse(diffId));
    }
    return new ImageConfig(
        new Platform(
            json.get("os").optionalText().orElse(""),
            json.get("architecture").optionalText().orElse(""),
            json.get("variant").optionalText().orElse("")),
        json.get("created").optionalText(),
        json.get("author").optionalText(),
        start.get("User").optionalText().orElse(""),
        start.get("Env").texts(),
        start.get("Entrypoint").texts(),
        start.get("Cmd").texts(),
        start.get("WorkingDir").optionalText().orElse(""),
        start.get("ExposedPorts").names(),
        start.get("Volumes").names(),
        start.get("Labels").textMap(),
        start.get("StopSignal").optionalText().orElse(""),
        List.copyOf(diffIds),
        history(json.get("history")));
  }

  private static List<History> history(Json array) throws OcifsException {
    List<History> history = new ArrayList<>();
    for (Json step : array.elements()) {
      history.add(
          new History(
              step.get("created").optionalText(),
              step.get("created_by").optionalText(),
              step.get("comment").optionalText(),
              step.get("empty_layer").flag()));
    }
    return List.copyOf(history);
  }
}
