package dev.ocifs.tests.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files by relative path, in order, that become a folder or an archive. */
public final class FileSet {
  private final Map<String, Entry> files = new LinkedHashMap<>();

  public FileSet file(String path, byte[] content) {
    files.put(path, Entry.file(path, content));
    return this;
  }

  public FileSet file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** A symbolic link, for archives alone. */
  public FileSet link(String path, String target) {
    files.put(path, Entry.symlink(path, target));
    return this;
  }

  public FileSet remove(String path) {
    files.remove(path);
    return this;
  }

  /** The content of a file. */
  public byte[] content(String path) {
    Entry entry = files.get(path);
    if (entry == null) {
      throw new IllegalArgumentException(path);
    }
    return entry.content();
  }

  /** Writes them into a folder, which is made. */
  public Path writeTo(Path folder) throws IOException {
    for (Entry entry : files.values()) {
      Path path = folder.resolve(entry.path());
      Files.createDirectories(path.getParent());
      Files.write(path, entry.content());
    }
    return folder;
  }

  /** An archive of them in their order. */
  public byte[] tar() {
    return tar("", false);
  }

  /**
   * An archive of them.
   *
   * @param prefix put before each path, such as {@code ./}
   * @param reversed whether the last comes first
   */
  public byte[] tar(String prefix, boolean reversed) {
    List<Entry> order = new ArrayList<>(files.values());
    if (reversed) {
      Collections.reverse(order);
    }
    TarWriter tar = new TarWriter(TarWriter.Form.USTAR);
    for (Entry entry : order) {
      String path = prefix + entry.path();
      tar.add(
          entry.type() == Entry.Type.SYMLINK
              ? Entry.symlink(path, entry.target())
              : Entry.file(path, entry.content()));
    }
    return tar.end();
  }
}
