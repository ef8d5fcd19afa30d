package dev.ocifs.layerfs.files;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.store.PendingFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whole files that are being made, some hundred at a time: first all are written, then the disk is
 * waited for once, then they get their names. A crash at any point leaves files without names,
 * which the store deletes, or names of files that are whole.
 *
 * <p>Whoever began it closes it; what was not committed is gone then. Not thread-safe.
 */
public final class FileBatch implements Closeable {
  private static final Set<PosixFilePermission> READ_ONLY = Set.of(PosixFilePermission.OWNER_READ);
  private static final byte[] ZEROS = new byte[64 << 10];

  /** Each is open until it has its name. */
  private static final int MAX_FILES = 256;

  private static final long MAX_BYTES = 64L << 20;

  private final FileStore store;
  private final List<Draft> drafts = new ArrayList<>();
  private @Nullable Draft current;
  private long bytes;

  FileBatch(FileStore store) {
    this.store = store;
  }

  /** A file that is written from its first byte to its last. */
  public final class Draft {
    private final FilePlace place;
    private final PendingFile file;
    private final Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    private long written;
    private @Nullable Digest digest;

    private Draft(FilePlace place) throws IOException {
      this.place = place;
      this.file = store.store().create(store.folders().place(place));
    }

    /** Appends bytes. */
    public void write(byte[] from, int at, int length) throws IOException {
      hasher.update(from, at, length);
      ByteBuffer rest = ByteBuffer.wrap(from, at, length);
      while (rest.hasRemaining()) {
        written += file.channel().write(rest, written);
      }
    }

    /**
     * Appends bytes that lie in a file as well, by a copy that the kernel makes: where the file
     * system can, both share the blocks.
     *
     * @param from the bytes, for the digest
     */
    public void copy(byte[] from, int at, int length, FileChannel source, long pos)
        throws IOException {
      hasher.update(from, at, length);
      file.channel().position(written);
      long left = length;
      while (left > 0) {
        long n = source.transferTo(pos + length - left, left, file.channel());
        if (n <= 0) {
          throw new EOFException("the layer has become shorter");
        }
        left -= n;
      }
      written += length;
    }

    /** Goes on at a position of the file, which begins with zeros up to there that take no room. */
    public void skipTo(long pos) {
      while (written < pos) {
        int n = (int) Math.min(ZEROS.length, pos - written);
        hasher.update(ZEROS, 0, n);
        written += n;
      }
    }

    /** Says that all is written. */
    public void end() throws IOException {
      skipTo(place.size());
      if (file.channel().size() < place.size()) { // it ends with a hole
        file.channel().write(ByteBuffer.wrap(ZEROS, 0, 1), place.size() - 1);
      }
      digest = hasher.digest();
      current = null;
      drafts.add(this);
      bytes += place.size();
    }

    private void publish(Digest name) throws IOException {
      Path content = store.folders().content(name);
      Path path = file.target();
      try {
        if (!store.link(path, content, place.size())) {
          replace(content);
          store.made(place.size());
        } else {
          store.wasShared();
        }
      } catch (FileAlreadyExistsException e) {
        replaceIfWrong(path, content);
      } catch (FileSystemException e) { // the content has as many names as it can have
        replace(content);
        store.made(place.size());
      }
    }

    /** Another process has made it, or it has another size and is of no use. */
    private void replaceIfWrong(Path path, Path content) throws IOException {
      if (Files.size(path) != place.size()) {
        Files.deleteIfExists(path);
        replace(content);
        store.made(place.size());
      }
    }

    private void replace(Path content) throws IOException {
      Files.deleteIfExists(content);
      file.link(content);
      Files.setPosixFilePermissions(content, READ_ONLY);
      Files.createLink(file.target(), content);
    }
  }

  /** Begins a file. It is given up unless its {@link Draft#end} follows before the next begins. */
  public Draft begin(FilePlace place) throws IOException {
    abandon();
    Draft draft = new Draft(place);
    current = draft;
    return draft;
  }

  /** Whether it holds as much as one should. */
  public boolean isFull() {
    return drafts.size() >= MAX_FILES || bytes >= MAX_BYTES;
  }

  /** What the files that are written hold. */
  public long bytes() {
    return bytes;
  }

  /** Waits for the disk and gives all files their names. */
  public void commit() throws IOException {
    abandon();
    if (drafts.isEmpty()) {
      return;
    }
    List<FileChannel> channels = new ArrayList<>();
    for (Draft draft : drafts) {
      channels.add(draft.file.channel());
    }
    store.disk().sync(store.store().files(), channels);
    for (Draft draft : drafts) {
      if (draft.digest != null) {
        draft.publish(draft.digest);
      }
    }
    closeDrafts();
  }

  private void abandon() throws IOException {
    Draft draft = current;
    current = null;
    if (draft != null) {
      draft.file.close();
    }
  }

  private void closeDrafts() throws IOException {
    for (Draft draft : drafts) {
      draft.file.close();
    }
    drafts.clear();
    bytes = 0;
  }

  @Override
  public void close() throws IOException {
    try {
      abandon();
      closeDrafts();
    } finally {
      store.batchEnds();
    }
  }
}
