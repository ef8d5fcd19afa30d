package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.JsonText.object;

import dev.ocifs.oci.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes OCI layouts of any number of images, references and nested indexes, as a folder or an
 * archive; can be told to lie. Not thread-safe.
 *
 * <p>Source: OCI image-spec v1.1, image-layout.md.
 */
public final class OciLayoutWriter {
  private static final String REF = "org.opencontainers.image.ref.name";

  private final FileSet files = new FileSet();
  private final List<Object> manifests = new ArrayList<>();
  private final Set<Lie> lies = EnumSet.noneOf(Lie.class);
  private boolean docker;

  public OciLayoutWriter() {
    files.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  /** Writes a layout of one image, called latest, into a folder, which is made. */
  public static Path write(Path folder, TestImage image) throws IOException {
    return new OciLayoutWriter().image("latest", image).writeTo(folder);
  }

  /** Makes the images that follow lie. */
  public OciLayoutWriter lie(Lie lie) {
    lies.add(lie);
    return this;
  }

  /** Gives the documents that follow the media types of Docker. */
  public OciLayoutWriter docker() {
    docker = true;
    return this;
  }

  /** Stores an image and lists it under a reference. */
  public OciLayoutWriter image(String ref, TestImage image) {
    return list(ref, manifest(image));
  }

  /** Stores images, an index of them, and lists the index under a reference. */
  public OciLayoutWriter index(String ref, TestImage... images) {
    return list(ref, index(Arrays.stream(images).map(this::manifest).toList()));
  }

  /** Lists a descriptor in index.json; an empty reference means none. */
  public OciLayoutWriter list(String ref, Map<String, Object> descriptor) {
    if (!ref.isEmpty()) {
      descriptor.put("annotations", object(REF, ref));
    }
    manifests.add(descriptor);
    return this;
  }

  /** Stores an index and returns its descriptor. */
  public Map<String, Object> index(List<Map<String, Object>> descriptors) {
    String type = (docker ? MediaType.DOCKER_LIST : MediaType.OCI_INDEX).value();
    return document(type, object("schemaVersion", 2, "mediaType", type, "manifests", descriptors));
  }

  /** Stores layers, config and manifest of an image and returns the manifest's descriptor. */
  public Map<String, Object> manifest(TestImage image) {
    List<Object> layers = new ArrayList<>();
    for (TestLayer layer : image.layers()) {
      boolean top = layers.size() == image.layers().size() - 1;
      layers.add(top ? lyingLayer(layer) : blob(layer.mediaType(), layer.blob()));
    }
    String configType = (docker ? MediaType.DOCKER_CONFIG : MediaType.OCI_CONFIG).value();
    Map<String, Object> config =
        lying(
            blob(configType, config(image)),
            Lie.CONFIG_SIZE,
            Lie.CONFIG_CONTENT,
            Lie.CONFIG_MISSING);
    String type = (docker ? MediaType.DOCKER_MANIFEST : MediaType.OCI_MANIFEST).value();
    Map<String, Object> manifest =
        document(
            type,
            object("schemaVersion", 2, "mediaType", type, "config", config, "layers", layers));
    manifest.put("platform", image.platform());
    return lying(manifest, Lie.MANIFEST_SIZE, Lie.MANIFEST_CONTENT, Lie.MANIFEST_MISSING);
  }

  private Map<String, Object> lyingLayer(TestLayer layer) {
    byte[] bytes = layer.blob();
    if (lies.contains(Lie.LAYER_TAIL)) {
      Map<String, Object> descriptor = blob(layer.mediaType(), bytes);
      descriptor.put("size", bytes.length + 1L);
      files.file(path(descriptor), Arrays.copyOf(bytes, bytes.length + 1));
      return descriptor;
    }
    return lying(
        blob(layer.mediaType(), bytes), Lie.LAYER_SIZE, Lie.LAYER_CONTENT, Lie.LAYER_MISSING);
  }

  private byte[] config(TestImage image) {
    String config = new String(image.config(), StandardCharsets.UTF_8);
    if (lies.contains(Lie.DIFF_ID)) {
      TestLayer top = image.layers().get(image.layers().size() - 1);
      config = config.replace(TestImage.sha256(top.tar()), TestImage.sha256(new byte[] {1}));
    }
    return config.getBytes(StandardCharsets.UTF_8);
  }

  private Map<String, Object> lying(
      Map<String, Object> descriptor, Lie size, Lie content, Lie missing) {
    String path = path(descriptor);
    if (lies.contains(size)) {
      descriptor.put("size", files.content(path).length + 1L);
    }
    if (lies.contains(content)) {
      byte[] changed = files.content(path);
      changed[changed.length / 2] ^= 1;
      files.file(path, changed);
    }
    if (lies.contains(missing)) {
      files.remove(path);
    }
    return descriptor;
  }

  /** Stores a document and returns its descriptor. */
  public Map<String, Object> document(String mediaType, Map<String, Object> document) {
    return blob(mediaType, JsonText.of(document).getBytes(StandardCharsets.UTF_8));
  }

  /** Stores any blob and returns its descriptor. */
  public Map<String, Object> blob(String mediaType, byte[] bytes) {
    String hex = TestImage.sha256(bytes);
    files.file("blobs/sha256/" + hex, bytes);
    return object("mediaType", mediaType, "digest", "sha256:" + hex, "size", (long) bytes.length);
  }

  private static String path(Map<String, Object> descriptor) {
    return "blobs/" + String.valueOf(descriptor.get("digest")).replace(':', '/');
  }

  /** All files of the layout, index.json last. */
  public FileSet files() {
    return files.file(
        "index.json",
        JsonText.of(
            object(
                "schemaVersion",
                2,
                "mediaType",
                MediaType.OCI_INDEX.value(),
                "manifests",
                manifests)));
  }

  /** Writes the layout into a folder, which is made. */
  public Path writeTo(Path folder) throws IOException {
    return files().writeTo(folder);
  }
}
