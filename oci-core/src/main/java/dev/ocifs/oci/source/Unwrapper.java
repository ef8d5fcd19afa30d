package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * Decompresses an archive that was compressed as a whole, once: the result lies in the store under
 * the identity of the file (device, inode, size, times), so that an unchanged file is not read a
 * second time.
 */
final class Unwrapper {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Enough for the 64 MiB dictionary of {@code xz -9}. */
  private static final int XZ_MEMORY_KIB = 80 << 10;

  private final Path path;
  private final OpenOptions options;

  Unwrapper(Path path, OpenOptions options) {
    this.path = path;
    this.options = options;
  }

  /**
   * Opens the archive itself when it is not compressed, else what it unwraps to.
   *
   * @return to be closed by the caller
   */
  FileBlob open() throws IOException {
    FileBlob file = FileBlob.open(path);
    boolean plain = false;
    try {
      Compression compression = Blobs.compression(file);
      plain = compression == Compression.NONE;
      return plain ? file : unwrapped(file, compression);
    } finally {
      if (!plain) {
        file.close();
      }
    }
  }

  @SuppressWarnings("try") // the lock is held, not used
  private FileBlob unwrapped(FileBlob file, Compression compression) throws IOException {
    if (compression == Compression.ZSTD) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED, path + " is compressed with zstd as a whole")
          .rule(32)
          .hint("decompress it first with zstd -d");
    }
    if (options.store().isEmpty()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              path + " is compressed as a whole and there is no store to unwrap it in")
          .hint("open it with a store, or decompress it first");
    }
    Store store = options.store().get().open();
    String key = key();
    Path target = store.unwrapped(key);
    if (!Files.exists(target)) {
      try (BuildLock lock = store.lock(key)) {
        if (!Files.exists(target)) { // who held the lock may have done it
          unwrap(file, compression, store, target, key);
        }
      }
    }
    return FileBlob.open(target);
  }

  private void unwrap(FileBlob file, Compression compression, Store store, Path target, String key)
      throws IOException {
    try (PendingFile pending = store.create(target)) {
      long length = 0;
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream in = decoder(file, compression)) {
        for (int n = read(in, buffer); n >= 0; n = read(in, buffer)) {
          length += n;
          checkLimits(length, file.size());
          pending.write(ByteBuffer.wrap(buffer, 0, n));
        }
      }
      if (!key().equals(key)) {
        throw new OcifsException(OcifsException.Kind.IO, path + " was changed while it was read");
      }
      pending.commit();
    }
  }

  private InputStream decoder(FileBlob file, Compression compression) throws IOException {
    InputStream raw = new BufferedInputStream(new BlobInputStream(file), BUFFER_BYTES);
    try {
      return switch (compression) {
        case GZIP -> new GZIPInputStream(raw, BUFFER_BYTES);
        case XZ -> new XZInputStream(raw, XZ_MEMORY_KIB);
        case BZIP2 -> new BZip2CompressorInputStream(raw, true);
        case ZSTD, NONE -> throw new IllegalArgumentException(compression.toString());
      };
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  private int read(InputStream in, byte[] buffer) throws IOException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw corrupt(e);
    } catch (RuntimeException e) { // decoders of others, on input of others
      throw corrupt(new IOException(e));
    }
  }

  private OcifsException corrupt(IOException failure) {
    if (failure instanceof OcifsException known) {
      return known;
    }
    if (failure instanceof MemoryLimitException) {
      return new OcifsException(
          OcifsException.Kind.LIMIT,
          path + " needs more than " + (XZ_MEMORY_KIB >> 10) + " MiB of memory to decompress",
          failure);
    }
    String problem = failure instanceof EOFException ? "is cut off" : "cannot be decompressed";
    return new OcifsException(
        OcifsException.Kind.INVALID_IMAGE,
        path + " " + problem + ": " + failure.getMessage(),
        failure);
  }

  private void checkLimits(long length, long compressed) throws OcifsException {
    Limits limits = options.limits();
    if (length > limits.maxLayerBytes()) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              path + " unwraps to more than " + limits.maxLayerBytes() + " bytes")
          .hint("raise --max-layer-bytes if you trust it");
    }
    if (length > Limits.RATIO_FREE_BYTES && length / limits.maxRatio() > compressed) {
      throw new OcifsException(
              OcifsException.Kind.LIMIT,
              path + " unwraps to more than " + limits.maxRatio() + " times its size")
          .hint("raise --max-ratio if you trust it");
    }
  }

  private String key() throws IOException {
    Map<String, Object> identity =
        new TreeMap<>(Files.readAttributes(path, "unix:dev,ino,size,lastModifiedTime,ctime"));
    byte[] text = identity.toString().getBytes(UTF_8);
    return Store.fileName(Hasher.hash(Digest.Algorithm.SHA256, text));
  }
}
