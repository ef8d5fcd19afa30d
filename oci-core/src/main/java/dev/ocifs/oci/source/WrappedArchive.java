package dev.ocifs.oci.source;

import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.store.BuildLock;
import dev.ocifs.oci.store.PendingFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * An archive that is compressed as a whole: nothing in it can be read in place, so it is unwrapped
 * into the store, once for as long as the file stays the same.
 */
final class WrappedArchive {
  private static final int XZ_MEMORY_KIB = 256 * 1024;

  private WrappedArchive() {}

  /** The archive itself, or its unwrapped copy. */
  static Path unwrap(Path file, OpenOptions options) throws IOException {
    Compression compression;
    try (BlobSource blob = FileBlob.open(file)) {
      byte[] head = new byte[(int) Math.min(Compression.SNIFF_BYTES, blob.size())];
      blob.readFully(0, head, 0, head.length);
      compression = Compression.sniff(head, head.length);
    }
    if (compression == Compression.NONE) {
      return file;
    }
    Path copy = options.store().object(identity(file));
    try (BuildLock lock = options.store().lock("archive-" + copy.getFileName())) {
      if (Files.notExists(copy)) {
        try (InputStream in = stream(file, compression);
            PendingFile out = options.store().create(copy)) {
          copy(in, out, file, options.limits().maxLayerBytes());
          out.commit();
        }
      }
    }
    return copy;
  }

  private static void copy(InputStream in, PendingFile out, Path file, long limit)
      throws IOException {
    byte[] buffer = new byte[256 * 1024];
    long total = 0;
    while (true) {
      int n;
      try {
        n = in.read(buffer);
      } catch (IOException | RuntimeException e) {
        throw new OcifsException(
                OcifsException.Kind.INVALID_IMAGE,
                file + " cannot be unwrapped: " + e.getMessage(),
                e)
            .hint("save or download the archive again");
      }
      if (n < 0) {
        return;
      }
      total += n;
      if (total > limit) {
        throw new OcifsException(
                OcifsException.Kind.LIMIT, file + " has more than " + limit + " bytes unwrapped")
            .hint("if you trust it, raise --max-layer-bytes");
      }
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
      while (bytes.hasRemaining()) {
        out.channel().write(bytes);
      }
    }
  }

  private static InputStream stream(Path file, Compression compression) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      return switch (compression) {
        case GZIP -> new GZIPInputStream(raw, 1 << 16);
        case XZ -> new XZInputStream(raw, XZ_MEMORY_KIB);
        case BZIP2 -> new BZip2CompressorInputStream(raw, true);
        default ->
            throw new OcifsException(
                    OcifsException.Kind.UNSUPPORTED,
                    file + " is compressed as a whole by " + compression)
                .rule(32)
                .hint("decompress it first");
      };
    } catch (OcifsException e) {
      raw.close();
      throw e;
    } catch (IOException e) {
      raw.close();
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              file + " cannot be unwrapped: " + e.getMessage(),
              e)
          .hint("save or download the archive again");
    }
  }

  /** A digest of what tells whether the file is still the same. */
  private static Digest identity(Path file) throws IOException {
    Path real = file.toRealPath();
    String identity =
        real
            + "\n"
            + Files.getAttribute(real, "unix:dev")
            + "\n"
            + Files.getAttribute(real, "unix:ino")
            + "\n"
            + Files.size(real)
            + "\n"
            + Files.getLastModifiedTime(real)
            + "\n"
            + Files.getAttribute(real, "unix:ctime");
    return Hasher.hash(Digest.Algorithm.SHA256, identity.getBytes(StandardCharsets.UTF_8));
  }
}
