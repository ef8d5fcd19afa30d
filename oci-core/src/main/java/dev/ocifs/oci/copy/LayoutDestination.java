package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.manifest.Document;
import dev.ocifs.oci.manifest.LayoutVersion;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An OCI image layout in a directory, which is made when it is missing; other images in it stay.
 * Blobs that were copied before something failed stay, too, for the next attempt.
 *
 * <p>Source: OCI image-spec v1.1, image-layout.md.
 */
public final class LayoutDestination implements Destination {
  private final Path directory;
  private final Optional<String> ref;

  /**
   * @param ref what the image is to be called there; another one of that name loses it
   */
  public LayoutDestination(Path directory, Optional<String> ref) {
    this.directory = directory;
    this.ref = ref;
  }

  @Override
  public Output open(CopyPlan plan) throws IOException {
    return new Writing(plan, prepare());
  }

  /** Returns whether the layout is new. */
  private boolean prepare() throws IOException {
    Path version = version();
    try {
      boolean isNew = isEmpty();
      Files.createDirectories(directory.resolve("blobs"));
      if (Files.exists(version)) {
        Document.checkLength(Files.size(version), Limits.DEFAULT);
        LayoutVersion.check(Document.of(Files.readAllBytes(version), Limits.DEFAULT));
      } else {
        write(version, new BytesBlob(LayoutVersion.current()));
      }
      LayoutIndex.check(directory);
      return isNew;
    } catch (IOException e) {
      throw NewFile.explain(directory, e);
    }
  }

  private boolean isEmpty() throws IOException {
    if (!Files.exists(directory)) {
      return true;
    }
    if (!Files.isDirectory(directory)) {
      throw new OcifsException(OcifsException.Kind.USAGE, directory + " is no directory")
          .hint("name an archive oci-archive:FILE");
    }
    if (Files.exists(version()) || Files.exists(LayoutIndex.file(directory))) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new OcifsException(
                OcifsException.Kind.USAGE,
                directory + " is no OCI image layout, and there are files in it")
            .hint("name an empty directory, or a new one");
      }
    }
    return true;
  }

  private Path version() {
    return directory.resolve(MemberNames.VERSION);
  }

  private Path blob(Digest digest) {
    return directory.resolve(MemberNames.blob(digest));
  }

  private void write(Path file, BlobSource content) throws IOException {
    try (NewFile pending = NewFile.create(directory, file)) {
      Streams.copy(content, pending);
      pending.commit();
    }
  }

  private void putBlob(Digest digest, BlobSource content) throws IOException {
    Path file = blob(digest);
    if (Files.isRegularFile(file) && Files.size(file) == content.size()) {
      return;
    }
    Files.createDirectories(directory.resolve("blobs").resolve(digest.algorithm().id()));
    write(file, content);
  }

  private final class Writing implements Output {
    /** More do not make a disk faster, and hashing takes a core each. */
    private static final int CONCURRENCY = 2;

    private final CopyPlan plan;
    private final boolean isNew;
    private boolean committed;

    Writing(CopyPlan plan, boolean isNew) {
      this.plan = plan;
      this.isNew = isNew;
    }

    @Override
    public int concurrency() {
      return CONCURRENCY;
    }

    @Override
    public void put(PlannedBlob blob, BlobSource content) throws IOException {
      putBlob(blob.digest(), content);
    }

    @Override
    public void commit() throws IOException {
      for (PlannedManifest manifest : plan.manifests()) {
        putBlob(manifest.descriptor().digest(), new BytesBlob(manifest.document().bytes()));
      }
      Descriptor top = plan.top();
      LayoutIndex.add(directory, ref, top);
      committed = true;
    }

    /** A layout that was made in vain goes, as far as nothing whole is in it. */
    @Override
    public void close() throws IOException {
      if (committed || !isNew) {
        return;
      }
      try {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
          Files.deleteIfExists(directory.resolve("blobs").resolve(algorithm.id()));
        }
        Files.deleteIfExists(directory.resolve("blobs"));
        Files.deleteIfExists(version());
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException e) {
        // whole blobs stay
      }
    }
  }

  @Override
  public String toString() {
    return "oci:" + directory + ref.map(r -> ":" + r).orElse("");
  }
}
