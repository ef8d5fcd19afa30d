package dev.ocifs.cli;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The small image of the demo, made anew each time: an OCI layout of three gzip layers with a
 * whiteout, an opaque directory, a hard link, a symbolic link and a replaced file.
 */
final class SampleImage {
  /** A layer and what it is for. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Layer(String purpose, byte[] blob, Digest diffId) {}

  private static final String MOTD = "etc/motd";

  private SampleImage() {}

  /** Writes the layout into an empty directory. */
  static List<Layer> write(Path directory) throws IOException {
    return write(directory, List.of(base(), app(), config()));
  }

  /** Writes a layout of one file into an empty directory. */
  static void write(Path directory, byte[] content) throws IOException {
    LayerWriter layer = new LayerWriter();
    layer.entry(new TarArchiveEntry("file"), 0644, content);
    write(directory, List.of(layer.finish("a file")));
  }

  private static List<Layer> write(Path directory, List<Layer> layers) throws IOException {
    Path blobs = Files.createDirectories(directory.resolve("blobs/sha256"));
    for (Layer layer : layers) {
      put(blobs, layer.blob());
    }
    byte[] config = put(blobs, configJson(layers));
    byte[] manifest = put(blobs, manifestJson(config, layers));
    Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.write(directory.resolve("index.json"), indexJson(manifest));
    return layers;
  }

  private static Layer base() throws IOException {
    return new LayerWriter()
        .directory("bin/")
        .file("bin/hello", 0755, "#!/bin/sh\necho \"Hello from an image that nobody unpacked.\"\n")
        .directory("etc/")
        .file(MOTD, 0644, "A base system.\n")
        .directory("usr/lib/")
        .file("usr/lib/greeting.so", 0644, "x".repeat(40_000))
        .symlink("lib", "usr/lib")
        .directory("usr/share/doc/")
        .file("usr/share/doc/README", 0644, "Read me.\n")
        .file("usr/share/doc/DRAFT", 0644, "Nobody should see this.\n")
        .directory("var/cache/")
        .file("var/cache/old-1", 0644, "stale\n")
        .file("var/cache/old-2", 0644, "stale\n")
        .finish("a base system");
  }

  private static Layer app() throws IOException {
    return new LayerWriter()
        .directory("app/")
        .hardLink("app/hello", "bin/hello")
        .file("app/data.txt", 0640, "One line of data.\n")
        .file("usr/share/doc/.wh.DRAFT", 0644, "")
        .file("var/cache/.wh..wh..opq", 0644, "")
        .file("var/cache/new", 0644, "fresh\n")
        .finish("an application: hides DRAFT, empties var/cache, links bin/hello");
  }

  private static Layer config() throws IOException {
    return new LayerWriter()
        .file(
            MOTD,
            0644,
            """
            Welcome! You read this file out of a compressed layer.
            The layer below has a file of the same name; this one is on top.
            """)
        .finish("configuration: replaces " + MOTD);
  }

  private static byte[] configJson(List<Layer> layers) {
    List<String> diffIds = layers.stream().map(layer -> layer.diffId().toString()).toList();
    Platform host = Platform.host();
    return bytes(
        new Json()
            .beginObject()
            .member("os", host.os())
            .member("architecture", host.architecture())
            .beginObject("config")
            .member("Cmd", List.of("/bin/hello"))
            .member("WorkingDir", "/app")
            .end()
            .beginObject("rootfs")
            .member("type", "layers")
            .member("diff_ids", diffIds)
            .end()
            .end());
  }

  private static byte[] manifestJson(byte[] config, List<Layer> layers) {
    Json json = new Json().beginObject().member("schemaVersion", 2);
    json.member("mediaType", MediaType.OCI_MANIFEST.value());
    descriptor(json.beginObject("config"), MediaType.OCI_CONFIG.value(), config).end();
    json.beginArray("layers");
    for (Layer layer : layers) {
      descriptor(json.beginObject(), MediaType.OCI_LAYER_GZIP.value(), layer.blob()).end();
    }
    return bytes(json.end().end());
  }

  private static byte[] indexJson(byte[] manifest) {
    Json json = new Json().beginObject().member("schemaVersion", 2).beginArray("manifests");
    descriptor(json.beginObject(), MediaType.OCI_MANIFEST.value(), manifest)
        .beginObject("annotations")
        .member("org.opencontainers.image.ref.name", "demo")
        .end()
        .end();
    return bytes(json.end().end());
  }

  private static Json descriptor(Json json, String mediaType, byte[] content) {
    return json.member("mediaType", mediaType)
        .member("digest", Hasher.hash(Digest.Algorithm.SHA256, content).toString())
        .member("size", content.length);
  }

  private static byte[] bytes(Json json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] put(Path blobs, byte[] content) throws IOException {
    Files.write(blobs.resolve(Hasher.hash(Digest.Algorithm.SHA256, content).hex()), content);
    return content;
  }

  /** Writes the tar of a layer in memory. Not thread-safe. */
  private static final class LayerWriter {
    private static final int MTIME_SECONDS = 1_767_225_600; // 2026-01-01T00:00:00Z

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

    LayerWriter directory(String path) throws IOException {
      return entry(new TarArchiveEntry(path), 0755, new byte[0]);
    }

    LayerWriter file(String path, int mode, String content) throws IOException {
      return entry(new TarArchiveEntry(path), mode, content.getBytes(StandardCharsets.US_ASCII));
    }

    LayerWriter symlink(String path, String target) throws IOException {
      return link(path, target, TarConstants.LF_SYMLINK);
    }

    LayerWriter hardLink(String path, String target) throws IOException {
      return link(path, target, TarConstants.LF_LINK);
    }

    private LayerWriter link(String path, String target, byte type) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(path, type);
      entry.setLinkName(target);
      return entry(entry, 0777, new byte[0]);
    }

    private LayerWriter entry(TarArchiveEntry entry, int mode, byte[] content) throws IOException {
      entry.setMode(mode);
      entry.setIds(0, 0);
      entry.setModTime(MTIME_SECONDS * 1000L);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      return this;
    }

    Layer finish(String purpose) throws IOException {
      tar.close();
      ByteArrayOutputStream blob = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(blob)) {
        bytes.writeTo(gzip);
      }
      return new Layer(
          purpose, blob.toByteArray(), Hasher.hash(Digest.Algorithm.SHA256, bytes.toByteArray()));
    }
  }
}
