package dev.ocifs.layerfs.toc;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The table of a zstd:chunked layer: compressed, in a skippable frame behind the tar, whose place
 * an annotation and the last frame of the blob name. It is no file of the tar.
 *
 * <p>Source: containers/storage, docs/containers-storage-zstd-chunked.md.
 */
final class ZstdChunked implements Table {
  private static final int SKIPPABLE_MAGIC = 0x184d2a50;
  private static final int FRAME_HEADER_BYTES = 8;

  /** The end of the last frame: "GnUlInUx". */
  private static final long MAGIC = 0x78556e496c556e47L;

  /** Lengths of the last frame, without and with the place of the tar-split data. */
  private static final int[] FOOTER_BYTES = {64, 40};

  private static final long TYPE_CRFS = 1;

  private final long offset;
  private final byte[] json;

  private ZstdChunked(long offset, byte[] json) {
    this.offset = offset;
    this.json = json;
  }

  /** Where the compressed table lies, and how long it is. */
  private record Place(long offset, long stored, long length, long type) {}

  /**
   * Reads the table.
   *
   * @param vouched the digest that it must have, compressed
   * @param position what the manifest says of its place: offset, compressed and uncompressed
   *     length, type
   */
  static ZstdChunked read(BlobSource blob, Digest vouched, Optional<String> position)
      throws IOException {
    Place place = position.isPresent() ? parse(position.get()) : footer(blob);
    Unusable.unless(place.type == TYPE_CRFS, "it is of type " + place.type);
    Unusable.unless(
        place.stored > 0
            && place.offset > FRAME_HEADER_BYTES
            && place.stored <= blob.size()
            && place.offset <= blob.size() - place.stored,
        "it lies outside the layer");
    Unusable.unless(
        place.stored <= Unusable.MAX_TABLE_BYTES
            && place.length >= 0
            && place.length <= Unusable.MAX_TABLE_BYTES,
        "it is longer than any that is read");
    byte[] stored = new byte[(int) place.stored];
    blob.expect(place.offset, place.stored);
    blob.readFully(place.offset, stored, 0, stored.length);
    Unusable.unlessVouched(stored, vouched);
    return new ZstdChunked(place.offset - FRAME_HEADER_BYTES, unpack(stored, (int) place.length));
  }

  private static byte[] unpack(byte[] stored, int length) throws IOException {
    byte[] json = new byte[length];
    try {
      if (Zstd.decompress(json, stored) == length) {
        return json;
      }
    } catch (ZstdException e) {
      // Falls through: what the digest covers is what was written.
    }
    throw Unusable.because("it cannot be unpacked");
  }

  private static Place parse(String position) throws IOException {
    String[] parts = position.split(":", -1);
    Unusable.unless(parts.length == 4, "'" + position + "' is no place");
    long[] numbers = new long[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        numbers[i] = Long.parseLong(parts[i]);
      }
    } catch (NumberFormatException e) {
      throw Unusable.because("'" + position + "' is no place");
    }
    return new Place(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  private static Place footer(BlobSource blob) throws IOException {
    for (int length : FOOTER_BYTES) {
      byte[] frame = new byte[FRAME_HEADER_BYTES + length];
      if (blob.size() < frame.length) {
        continue;
      }
      blob.readFully(blob.size() - frame.length, frame, 0, frame.length);
      ByteBuffer numbers = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
      if (numbers.getInt() == SKIPPABLE_MAGIC
          && numbers.getInt() == length
          && numbers.getLong(frame.length - Long.BYTES) == MAGIC) {
        return new Place(
            numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong());
      }
    }
    throw Unusable.because("the layer has not the footer of zstd:chunked");
  }

  @Override
  public Compression compression() {
    return Compression.ZSTD;
  }

  @Override
  public byte[] json() {
    return json;
  }

  @Override
  public long contentEnd() {
    return offset;
  }

  @Override
  public void addRest(TableWriter writer) throws IOException {
    writer.endContent();
  }
}
