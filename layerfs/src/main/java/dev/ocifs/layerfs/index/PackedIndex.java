package dev.ocifs.layerfs.index;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobInputStream;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.store.PendingFile;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

/** A layer index as it travels: its file, compressed with zstd. */
public final class PackedIndex {
  /** Most of an index is compressed already: higher levels gain less than one part in a hundred. */
  private static final int LEVEL = 9;

  /** Of an unpacked index: a layer of a hundred million entries has less. */
  private static final long MAX_BYTES = 4L << 30;

  private static final int BUFFER_BYTES = 64 * 1024;

  private PackedIndex() {}

  /** Writes the file of an index, compressed. */
  public static void pack(Path index, PendingFile packed) throws IOException {
    try (InputStream in = Files.newInputStream(index);
        OutputStream out = new ZstdOutputStream(new Unclosed(packed), LEVEL)) {
      long ignored = in.transferTo(out);
    } catch (IOException e) {
      throw packed.explain(e);
    }
  }

  /**
   * Writes the file of an index that came compressed; nothing about it is checked.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when it is no zstd, {@code LIMIT} when it does not
   *     end
   */
  public static void unpack(BlobSource packed, PendingFile index) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    try (InputStream in = new ZstdInputStream(new BlobInputStream(packed))) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
        if (bytes > MAX_BYTES) {
          throw new OcifsException(
              OcifsException.Kind.LIMIT, packed + " unpacks to more than " + MAX_BYTES + " bytes");
        }
        index.write(ByteBuffer.wrap(buffer, 0, n));
      }
    } catch (OcifsException e) {
      throw e;
    } catch (IOException e) {
      throw new OcifsException(
          OcifsException.Kind.INVALID_IMAGE, packed + " is no index compressed with zstd", e);
    }
  }

  /** The end of the compressed file, which its owner closes. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(PendingFile file) {
      super(Channels.newOutputStream(file.channel()));
    }

    @Override
    public void write(byte[] bytes, int off, int len) throws IOException {
      out.write(bytes, off, len);
    }

    @Override
    public void close() {}
  }
}
