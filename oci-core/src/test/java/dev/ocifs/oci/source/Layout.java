package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small OCI layout in the making, as files by name: for a directory or a tar. */
final class Layout {
  final Map<String, byte[]> files = new LinkedHashMap<>();
  private final List<String> entries = new ArrayList<>();

  Layout() {
    put("oci-layout", "{'imageLayoutVersion':'1.0.0'}");
  }

  static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  Layout put(String name, String json) {
    files.put(name, json(json));
    return this;
  }

  /** Adds a blob; returns its descriptor. */
  String blob(MediaType type, byte[] content, String more) {
    Digest digest = Hasher.hash(Digest.Algorithm.SHA256, content);
    files.put(FolderContents.name(digest), content);
    return descriptor(type, digest, content.length, more);
  }

  static String descriptor(MediaType type, Digest digest, long size, String more) {
    return "{'mediaType':'" + type + "','digest':'" + digest + "','size':" + size + more + "}";
  }

  static Digest layerDigest(String content) {
    return Hasher.hash(Digest.Algorithm.SHA256, content.getBytes(UTF_8));
  }

  /** Adds an image of plain layers with these contents; returns the descriptor of its manifest. */
  String image(String platform, String more, String... layers) {
    List<String> diffIds = new ArrayList<>();
    List<String> descriptors = new ArrayList<>();
    for (String layer : layers) {
      diffIds.add("'" + layerDigest(layer) + "'");
      descriptors.add(blob(MediaType.OCI_LAYER, layer.getBytes(UTF_8), ""));
    }
    String config = blob(MediaType.OCI_CONFIG, json(config(platform, diffIds)), "");
    return manifest(config, descriptors, more);
  }

  static String config(String platform, List<String> diffIds) {
    String[] parts = platform.split("/", -1);
    return "{'os':'"
        + parts[0]
        + "','architecture':'"
        + parts[1]
        + "'"
        + (parts.length > 2 ? ",'variant':'" + parts[2] + "'" : "")
        + ",'rootfs':{'type':'layers','diff_ids':["
        + String.join(",", diffIds)
        + "]},'history':[{'empty_layer':true},{},{},{},{'empty_layer':true}]}";
  }

  String manifest(String config, List<String> layers, String more) {
    String text =
        "{'schemaVersion':2,'config':" + config + ",'layers':[" + String.join(",", layers) + "]}";
    return blob(MediaType.OCI_MANIFEST, json(text), more);
  }

  String index(String more, String... manifests) {
    return blob(MediaType.OCI_INDEX, json(indexJson(List.of(manifests))), more);
  }

  private static String indexJson(List<String> manifests) {
    return "{'schemaVersion':2,'manifests':[" + String.join(",", manifests) + "]}";
  }

  static String ref(String name) {
    return ",'annotations':{'org.opencontainers.image.ref.name':'" + name + "'}";
  }

  static String on(String platform) {
    String[] parts = platform.split("/", -1);
    return ",'platform':{'os':'"
        + parts[0]
        + "','architecture':'"
        + parts[1]
        + "'"
        + (parts.length > 2 ? ",'variant':'" + parts[2] + "'" : "")
        + "}";
  }

  /** Lists a descriptor in {@code index.json}. */
  Layout list(String descriptor) {
    entries.add(descriptor);
    files.put("index.json", json(indexJson(entries)));
    return this;
  }

  Path directory(Path dir) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = dir.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return dir;
  }
}
