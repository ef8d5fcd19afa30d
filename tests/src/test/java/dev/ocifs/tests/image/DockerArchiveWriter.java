package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.JsonText.object;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes archives of {@code docker save} in the shapes that are found. Layers are stored as their
 * {@link TestLayer#bytes} say. Not thread-safe.
 *
 * <p>Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
public final class DockerArchiveWriter {

  /** Where the layers lie. */
  public enum Shape {
    /** A folder for each layer, with VERSION, json and layer.tar. */
    LEGACY,
    /** The same, but the layer of every folder but the first of its content is a symbolic link. */
    LEGACY_LINKED,
    /** Since Docker 25: an OCI layout with a manifest.json. */
    V25
  }

  private final FileSet files;
  private final Shape shape;
  private final OciLayoutWriter layout = new OciLayoutWriter();
  private final List<Object> images = new ArrayList<>();
  private int folders;

  public DockerArchiveWriter(Shape shape) {
    this.shape = shape;
    files = shape == Shape.V25 ? layout.files() : new FileSet();
  }

  /** Adds an image with these tags. */
  public DockerArchiveWriter image(TestImage image, String... tags) {
    byte[] config = image.config();
    String id = TestImage.sha256(config);
    List<Object> layers = new ArrayList<>();
    if (shape == Shape.V25) {
      layout.list(tags.length == 0 ? "" : tags[0], layout.manifest(image));
      image.layers().forEach(layer -> layers.add("blobs/sha256/" + TestImage.sha256(layer.blob())));
    } else {
      files.file(id + ".json", config);
      image.layers().forEach(layer -> layers.add(folder(layer)));
    }
    String configPath = shape == Shape.V25 ? "blobs/sha256/" + id : id + ".json";
    images.add(object("Config", configPath, "RepoTags", List.of(tags), "Layers", layers));
    return this;
  }

  private String folder(TestLayer layer) {
    String folder = TestImage.sha256(new byte[] {(byte) folders++});
    String path = folder + "/layer.tar";
    files.file(folder + "/VERSION", "1.0");
    files.file(folder + "/json", JsonText.of(object("id", folder)));
    String shared = TestImage.sha256(layer.tar()) + ".tar";
    if (shape == Shape.LEGACY_LINKED) {
      files.file(shared, layer.blob());
      files.link(path, "../" + shared);
    } else {
      files.file(path, layer.blob());
    }
    return path;
  }

  private FileSet files() {
    FileSet all = shape == Shape.V25 ? layout.files() : files;
    Map<String, Object> repositories = object();
    return all.file("manifest.json", JsonText.of(images))
        .file("repositories", JsonText.of(repositories));
  }

  /**
   * Writes the archive.
   *
   * @param wrapping how it is compressed as a whole
   */
  public Path write(Path file, LayerBytes wrapping) throws IOException {
    return Files.write(file, wrapping.of(files().tar()));
  }

  /** Writes the archive with {@code ./} before each name, the documents first. */
  public Path writeUnordered(Path file) throws IOException {
    return Files.write(file, files().tar("./", true));
  }
}
