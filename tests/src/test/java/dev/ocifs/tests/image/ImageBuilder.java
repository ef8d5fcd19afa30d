package dev.ocifs.tests.image;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes images of one or more layers, and writes them as a layout or as the archives that tools
 * make.
 */
public final class ImageBuilder {
  private record Layer(byte[] tar, Packing packing) {
    byte[] blob() {
      return packing.pack(tar);
    }
  }

  private final List<Layer> layers = new ArrayList<>();
  private String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  private String ref = "latest";

  public ImageBuilder layer(TarBuilder tar) {
    return layer(tar.build(), Packing.GZIP);
  }

  public ImageBuilder layer(byte[] tar, Packing packing) {
    layers.add(new Layer(tar, packing));
    return this;
  }

  public ImageBuilder architecture(String value) {
    architecture = value;
    return this;
  }

  public ImageBuilder ref(String value) {
    ref = value;
    return this;
  }

  public static Digest digest(byte[] bytes) {
    return Hasher.hash(Digest.Algorithm.SHA256, bytes);
  }

  private byte[] config() {
    String diffIds =
        layers.stream().map(l -> "\"" + digest(l.tar) + "\"").collect(Collectors.joining(","));
    return text(
        "{\"architecture\":\""
            + architecture
            + "\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
            + diffIds
            + "]}}");
  }

  private byte[] manifest() {
    String blobs =
        layers.stream()
            .map(
                l ->
                    descriptor(
                        "application/vnd.oci.image.layer.v1.tar" + l.packing.suffix(),
                        l.blob(),
                        ""))
            .collect(Collectors.joining(","));
    return text(
        "{\"schemaVersion\":2,\"config\":"
            + descriptor("application/vnd.oci.image.config.v1+json", config(), "")
            + ",\"layers\":["
            + blobs
            + "]}");
  }

  private static String descriptor(String type, byte[] content, String more) {
    return "{\"mediaType\":\""
        + type
        + "\",\"digest\":\""
        + digest(content)
        + "\",\"size\":"
        + content.length
        + more
        + "}";
  }

  /** The files of an OCI layout with these images, by path. */
  public static Map<String, byte[]> layout(ImageBuilder... images) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("oci-layout", text("{\"imageLayoutVersion\":\"1.0.0\"}"));
    List<String> manifests = new ArrayList<>();
    for (ImageBuilder image : images) {
      put(files, image.config());
      image.layers.forEach(layer -> put(files, layer.blob()));
      put(files, image.manifest());
      manifests.add(
          descriptor(
              "application/vnd.oci.image.manifest.v1+json",
              image.manifest(),
              ",\"annotations\":{\"org.opencontainers.image.ref.name\":\""
                  + image.ref
                  + "\"},\"platform\":{\"os\":\"linux\",\"architecture\":\""
                  + image.architecture
                  + "\"}"));
    }
    files.put(
        "index.json",
        text("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", manifests) + "]}"));
    return files;
  }

  /** The files of an archive of docker save before version 25, by path. */
  public Map<String, byte[]> dockerSave() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> paths = new ArrayList<>();
    for (Layer layer : layers) {
      String path = digest(layer.tar).hex() + "/layer.tar";
      files.put(path, layer.blob());
      paths.add("\"" + path + "\"");
    }
    String config = digest(config()).hex() + ".json";
    files.put(config, config());
    files.put(
        "manifest.json",
        text(
            "[{\"Config\":\""
                + config
                + "\",\"RepoTags\":[\"test:"
                + ref
                + "\"],\"Layers\":["
                + String.join(",", paths)
                + "]}]"));
    return files;
  }

  private static void put(Map<String, byte[]> files, byte[] blob) {
    files.put("blobs/sha256/" + digest(blob).hex(), blob);
  }

  /** Writes files below a directory, and returns it. */
  public static Path write(Path directory, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return directory;
  }

  /** A tar archive of files, with what a name begins with, such as {@code ./}. */
  public static byte[] archive(String prefix, Map<String, byte[]> files) {
    TarBuilder tar = new TarBuilder();
    files.forEach((path, bytes) -> tar.file(TarBuilder.bytes(prefix + path), bytes));
    return tar.build();
  }

  /** The files in the opposite order. */
  public static Map<String, byte[]> reversed(Map<String, byte[]> files) {
    Map<String, byte[]> reversed = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(files.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      reversed.put(names.get(i), files.get(names.get(i)));
    }
    return reversed;
  }

  public static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
