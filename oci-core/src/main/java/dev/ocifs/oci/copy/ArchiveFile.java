package dev.ocifs.oci.copy;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A tar that is being written, beside its place until it is whole. The same members give the same
 * bytes. Not thread-safe.
 */
final class ArchiveFile implements Closeable {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Path path;
  private final boolean replace;
  private final NewFile file;
  private final BufferedOutputStream buffered;
  private final TarArchiveOutputStream tar;

  private ArchiveFile(Path path, boolean replace, NewFile file) {
    this.path = path;
    this.replace = replace;
    this.file = file;
    this.buffered = new BufferedOutputStream(file, BUFFER_BYTES);
    this.tar = new TarArchiveOutputStream(buffered, StandardCharsets.UTF_8.name());
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  /**
   * Begins an archive.
   *
   * @param replace whether a file that is there is to go
   * @throws OcifsException {@code USAGE} when there is something that is not to be replaced
   */
  static ArchiveFile create(Path path, boolean replace) throws OcifsException {
    check(path, replace);
    Path folder = path.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new OcifsException(OcifsException.Kind.NOT_FOUND, "there is no directory " + folder);
    }
    return new ArchiveFile(path, replace, NewFile.create(folder, path));
  }

  private static void check(Path path, boolean replace) throws OcifsException {
    if (!Files.exists(path)) {
      return;
    }
    if (!Files.isRegularFile(path)) {
      throw new OcifsException(OcifsException.Kind.USAGE, path + " is no regular file");
    }
    if (!replace) {
      throw new OcifsException(OcifsException.Kind.USAGE, path + " exists")
          .hint("name another file, or replace it with --force");
    }
  }

  /** Adds a member. */
  void add(String name, BlobSource content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.size());
    entry.setModTime(0L);
    entry.setMode(TarArchiveEntry.DEFAULT_FILE_MODE);
    tar.putArchiveEntry(entry);
    Streams.copy(content, tar);
    tar.closeArchiveEntry();
  }

  void add(String name, byte[] content) throws IOException {
    add(name, new BytesBlob(content));
  }

  /** Ends the archive and puts it in its place. */
  void commit() throws IOException {
    tar.finish();
    buffered.flush(); // the tar does not
    check(path, replace);
    file.commit();
  }

  /** The tar itself is not closed: when something has failed it would be written to its end. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
