package dev.ocifs.layerfs.files;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Looks at the whole files of a store as a check of it does. Not thread-safe. */
public final class FileCheck {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private final FileFolders folders;
  private final Set<Long> sound = new HashSet<>();

  /** Looks at one file. */
  @FunctionalInterface
  public interface Visitor {
    void file(Path file) throws IOException;
  }

  public FileCheck(Store store) {
    folders = new FileFolders(store.files());
  }

  /** Passes on the names by content, and then those by place. */
  public void forEach(Visitor contents, Visitor places) throws IOException {
    folders.contents(contents::file);
    folders.places(places::file);
  }

  /**
   * What is wrong with a file that is named by its content: it has another, or no place needs it.
   */
  public Optional<String> contentFault(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path folder = file.getParent();
    if (!HEX.matcher(name).matches()
        || folder == null
        || !String.valueOf(folder.getFileName()).equals(name.substring(0, 2))) {
      return Optional.of("it is no content of files");
    }
    FileFolders.Identity identity = FileFolders.Identity.of(file);
    if (!digest(file).hex().equals(name)) {
      return Optional.of("its content is not the one that its name says");
    }
    sound.add(identity.inode());
    return identity.links() == 1
        ? Optional.of("no file of a layer has this content any more")
        : Optional.empty();
  }

  /**
   * What is wrong with a file that is named by its place: it has another size, or is none of the
   * contents that were found right. To be asked after all of those.
   */
  public Optional<String> placeFault(Path file) throws IOException {
    Optional<Long> size = FilePlace.size(file);
    if (size.isEmpty()) {
      return Optional.of("it is no place of a layer");
    }
    if (Files.size(file) != size.get()) {
      return Optional.of("it has another size than its name says");
    }
    return sound.contains(FileFolders.Identity.of(file).inode()) || isBeingMade(file)
        ? Optional.empty()
        : Optional.of("its content was not found right");
  }

  /** Whether it came after the contents were looked at. */
  private boolean isBeingMade(Path file) throws IOException {
    try {
      Path content = folders.content(digest(file));
      return FileFolders.Identity.of(content).equals(FileFolders.Identity.of(file));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Digest digest(Path file) throws IOException {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    byte[] buffer = new byte[64 << 10];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hasher.update(buffer, 0, n);
      }
    }
    return hasher.digest();
  }
}
