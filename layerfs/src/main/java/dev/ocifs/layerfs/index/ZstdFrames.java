package dev.ocifs.layerfs.index;

import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;

/**
 * Tells how long the frames of a zstd blob are, by walking over the headers of their blocks: a few
 * bytes for each 128 KiB.
 *
 * <p>Source: RFC 8878, section 3.1.
 */
final class ZstdFrames {
  private static final int MAGIC = 0xfd2fb528;
  private static final int SKIPPABLE_MAGIC = 0x184d2a50;
  private static final int MAX_BLOCK_BYTES = 128 * 1024;
  private static final int MAX_HEADER_BYTES = 18;
  private static final int RLE = 1;
  private static final int COMPRESSED = 2;

  private final BlobSource blob;
  private final byte[] bytes = new byte[MAX_HEADER_BYTES];

  private ZstdFrames(BlobSource blob) {
    this.blob = blob;
  }

  /**
   * At most how many bytes the longest frame has uncompressed. What is not a zstd frame ends the
   * walk: the decoder will say what is wrong with it.
   */
  static long longest(BlobSource blob) throws IOException {
    return new ZstdFrames(blob).walk();
  }

  private long walk() throws IOException {
    long longest = 0;
    long pos = 0;
    while (load(pos, 8)) {
      int magic = number(0);
      if ((magic & 0xfffffff0) == SKIPPABLE_MAGIC) {
        pos += 8 + Integer.toUnsignedLong(number(4));
        continue;
      }
      if (magic != MAGIC) {
        break;
      }
      int descriptor = bytes[4];
      boolean single = (descriptor & 0x20) != 0;
      int sizeFlag = descriptor >> 6 & 3;
      int sizeBytes = sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag;
      int dictionaryBytes = (1 << (descriptor & 3)) >> 1;
      pos += 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
      long length = 0;
      boolean last = false;
      while (!last && load(pos, 3)) {
        int header = number(0) & 0xffffff;
        last = (header & 1) != 0;
        int type = header >> 1 & 3;
        int size = header >> 3;
        length += type == COMPRESSED ? MAX_BLOCK_BYTES : size;
        pos += 3 + (type == RLE ? 1 : size);
      }
      longest = Math.max(longest, length);
      pos += (descriptor & 4) != 0 ? 4 : 0;
    }
    return longest;
  }

  private boolean load(long pos, int length) throws IOException {
    if (pos > blob.size() - length) {
      return false;
    }
    if (blob.wholeFile().isPresent()) {
      blob.readFully(pos, bytes, 0, length);
    } else {
      // From a registry it takes nearly all of the blob: in order, ahead, and after readers.
      blob.readOnce(pos, bytes, 0, length);
    }
    return true;
  }

  private int number(int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }
}
