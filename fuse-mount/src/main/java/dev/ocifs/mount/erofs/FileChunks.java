package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The content of one regular file as chunks of one size, each of which is a hole or lies in one
 * piece on a device: {@code struct erofs_inode_chunk_index}.
 *
 * <p>A file that a layer holds in one piece is one chunk, whatever its size. The chunks of a sparse
 * file are as large as the edges of its runs allow. Where those are no multiples of a block, the
 * file's stored parts are copied into the image: this is rare, and bounded.
 */
final class FileChunks {
  static final int INDEX_BYTES = 8;
  static final int EROFS_CHUNK_FORMAT_INDEXES = 0x20;

  /** {@code EROFS_CHUNK_FORMAT_BLKBITS_MASK} bits for the logarithm of blocks a chunk. */
  private static final int MAX_BITS = Blocks.BITS + 31;

  private static final long MAX_INDEXES = 1 << 20;
  private static final long MAX_COPIED_INDEXES = 1 << 16;

  /** What a file's copied parts may take, at most. */
  static final long MAX_COPIED_BYTES = 64L << 20;

  /**
   * A run of stored content.
   *
   * @param layer whose file holds it
   * @param start position in the content
   * @param pos position in the layer's file
   * @param length bytes
   */
  record Run(int layer, long start, long pos, long length) {
    long end() {
      return start + length;
    }
  }

  private final long size;
  private final List<Run> runs;
  private final int bits;
  private final boolean copied;

  private FileChunks(long size, List<Run> runs, int bits, boolean copied) {
    this.size = size;
    this.runs = runs;
    this.bits = bits;
    this.copied = copied;
  }

  /** The chunks of a file that is not empty. */
  static FileChunks of(LayerFiles layers, long inode, long size) throws IOException {
    List<Run> runs = new ArrayList<>(1);
    layers.runs(
        inode,
        (layer, start, pos, length) -> {
          Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
          if (last != null
              && last.layer() == layer
              && last.end() == start
              && last.pos() + last.length() == pos) {
            runs.set(
                runs.size() - 1, new Run(layer, last.start(), last.pos(), last.length() + length));
          } else {
            runs.add(new Run(layer, start, pos, length));
          }
        });
    return of(size, runs);
  }

  static FileChunks of(long size, List<Run> runs) throws OcifsException {
    int whole = Math.clamp(Long.SIZE - Long.numberOfLeadingZeros(size - 1), Blocks.BITS, MAX_BITS);
    long edges = 0;
    long places = 0;
    for (Run run : runs) {
      edges |= run.start() | (run.end() == size ? 0 : run.end());
      places |= run.pos();
      if (Blocks.count(run.pos() + run.length()) >= Blocks.MAX) {
        throw unsupported("a layer of more than 2 TiB");
      }
    }
    int bits = Math.min(whole, Long.numberOfTrailingZeros(edges));
    boolean aligned = bits >= Blocks.BITS && (places & Blocks.BYTES - 1) == 0;
    if (aligned && count(size, bits) <= MAX_INDEXES) {
      return new FileChunks(size, runs, bits, false);
    }
    bits = Blocks.BITS;
    while (count(size, bits) > MAX_COPIED_INDEXES) {
      bits++;
    }
    if (bits > MAX_BITS) {
      throw unsupported("a sparse file of " + size + " bytes");
    }
    FileChunks chunks = new FileChunks(size, runs, bits, true);
    if (chunks.copiedBlocks() > Blocks.count(MAX_COPIED_BYTES)) {
      throw unsupported("a sparse file whose parts do not begin with blocks");
    }
    return chunks;
  }

  private static OcifsException unsupported(String what) {
    return new OcifsException(Kind.UNSUPPORTED, "EROFS cannot show " + what)
        .hint("use --backend kernel");
  }

  private static long count(long size, int bits) {
    return ((size - 1) >>> bits) + 1;
  }

  /** How many chunks the file has. */
  int count() {
    return (int) count(size, bits);
  }

  /** The chunk format that the inode tells. */
  int format() {
    return EROFS_CHUNK_FORMAT_INDEXES | bits - Blocks.BITS;
  }

  /** Notes the layers that the file lies in. */
  void markLayers(BitSet used) {
    if (!copied) {
      runs.forEach(run -> used.set(run.layer()));
    }
  }

  /** Blocks of the image that the file takes because its parts are copied. */
  long copiedBlocks() {
    if (!copied) {
      return 0;
    }
    long blocks = 0;
    long next = 0;
    for (Run run : runs) {
      long first = Math.max(next, run.start() >>> bits);
      long last = (run.end() - 1) >>> bits;
      for (long chunk = first; chunk <= last; chunk++) {
        blocks += blocksOf(chunk);
        if (blocks > Blocks.MAX) {
          return blocks;
        }
      }
      next = Math.max(next, last + 1);
    }
    return blocks;
  }

  private long blocksOf(long chunk) {
    return Blocks.count(Math.min(1L << bits, size - (chunk << bits)));
  }

  /**
   * Writes the indexes.
   *
   * @param devices the device of each layer
   * @param copies the first block of what is copied
   */
  void writeIndexes(ImageOutput out, int[] devices, long copies) throws IOException {
    long copy = copies;
    int at = 0;
    int chunks = count();
    for (int chunk = 0; chunk < chunks; chunk++) {
      long begin = (long) chunk << bits;
      while (at < runs.size() && runs.get(at).end() <= begin) {
        at++;
      }
      boolean stored = at < runs.size() && runs.get(at).start() < begin + (1L << bits);
      int device = 0;
      long block = Blocks.NULL_ADDR;
      if (stored && copied) {
        block = copy;
        copy += blocksOf(chunk);
      } else if (stored) {
        Run run = runs.get(at);
        device = devices[run.layer()];
        block = (run.pos() + begin - run.start()) >>> Blocks.BITS;
      }
      ByteBuffer index = out.room(INDEX_BYTES);
      index.putShort((short) 0);
      index.putShort((short) device);
      index.putInt((int) block);
    }
  }

  /** Writes those chunks that are not holes, when they are copied. */
  void writeCopies(ImageOutput out, ImageView view, long inode) throws IOException {
    if (!copied) {
      return;
    }
    byte[] buffer = new byte[64 << 10];
    long next = 0;
    for (Run run : runs) {
      long last = (run.end() - 1) >>> bits;
      for (long chunk = Math.max(next, run.start() >>> bits); chunk <= last; chunk++) {
        long pos = chunk << bits;
        long end = pos + (blocksOf(chunk) << Blocks.BITS);
        while (pos < end) {
          int n = (int) Math.min(buffer.length, end - pos);
          Arrays.fill(buffer, 0, n, (byte) 0);
          int read = view.read(inode, pos, MemorySegment.ofArray(buffer).asSlice(0, n));
          if (read < Math.min(n, size - pos)) {
            throw new IOException("inode " + inode + " ends at " + (pos + read));
          }
          out.write(buffer, 0, n);
          pos += n;
        }
      }
      next = Math.max(next, last + 1);
    }
  }
}
