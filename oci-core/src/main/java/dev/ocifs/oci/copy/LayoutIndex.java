package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.DocumentWriter;
import dev.ocifs.oci.manifest.ImageIndex;
import dev.ocifs.oci.manifest.IndexEdit;
import dev.ocifs.oci.stored.StoredImages;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Changes the {@code index.json} of a layout in one step. */
final class LayoutIndex {
  /** Locks on files are a process's, not a thread's. */
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private LayoutIndex() {}

  static Path file(Path layout) {
    return layout.resolve(MemberNames.INDEX);
  }

  /** Fails where the index that is there could not be changed. */
  static void check(Path layout) throws IOException {
    Optional<ImageIndex> ignored = read(layout);
  }

  /**
   * Lists an image under a name, which another one loses; without a name, unless it is listed so.
   * Those who change the index with the same care wait for each other at the lock on {@code
   * oci-layout}.
   */
  @SuppressWarnings("try") // the lock is held, not used
  static void add(Path layout, Optional<String> name, Descriptor top) throws IOException {
    IN_PROCESS.lock();
    try (FileChannel channel =
            FileChannel.open(layout.resolve(MemberNames.VERSION), StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      Descriptor added = named(top, name);
      Optional<ImageIndex> before = read(layout);
      byte[] index =
          before.isPresent()
              ? IndexEdit.replace(before.get(), listed -> isReplaced(listed, added), added)
              : DocumentWriter.index(List.of(added));
      try (NewFile file = NewFile.create(layout, file(layout))) {
        file.write(index);
        file.commit();
      }
    } catch (IOException e) {
      throw NewFile.explain(file(layout), e);
    } finally {
      IN_PROCESS.unlock();
    }
  }

  /** The index of a layout that holds this image alone. */
  static byte[] of(Optional<String> name, Descriptor top) {
    return DocumentWriter.index(List.of(named(top, name)));
  }

  /** Whether it has the name of the other; without a name, whether it is the other. */
  private static boolean isReplaced(Descriptor listed, Descriptor by) {
    return name(listed).equals(name(by))
        && (name(by).isPresent() || listed.digest().equals(by.digest()));
  }

  private static Optional<ImageIndex> read(Path layout) throws IOException {
    byte[] bytes;
    try {
      Document.checkLength(Files.size(file(layout)), Limits.DEFAULT);
      bytes = Files.readAllBytes(file(layout));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    return Optional.of(ImageIndex.parse(Document.of(bytes, Limits.DEFAULT)));
  }

  private static Optional<String> name(Descriptor listed) {
    return Optional.ofNullable(listed.annotations().get(StoredImages.REF_NAME));
  }

  private static Descriptor named(Descriptor top, Optional<String> name) {
    Map<String, String> annotations = new HashMap<>(top.annotations());
    name.ifPresent(n -> annotations.put(StoredImages.REF_NAME, n));
    return new Descriptor(
        top.mediaType(),
        top.digest(),
        top.size(),
        top.platform(),
        annotations,
        top.urls(),
        top.artifactType());
  }
}
