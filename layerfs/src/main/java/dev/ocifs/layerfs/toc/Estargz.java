package dev.ocifs.layerfs.toc;

import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.codec.LayerCodec;
import dev.ocifs.layerfs.codec.LayerDecoder;
import dev.ocifs.layerfs.tar.TarEntry;
import dev.ocifs.layerfs.tar.TarInput;
import dev.ocifs.layerfs.tar.TarReader;
import dev.ocifs.oci.Compression;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of an eStargz layer: the last file of its tar, in a gzip member of its own, whose place
 * the footer of the blob names. As it is a file of the tar, an unpacked layer has it, and so has
 * the index: its bytes were read and are known.
 *
 * <p>Source: stargz-snapshotter, docs/estargz.md, "Footer". The older footer of stargz has the same
 * content without the header of the extra field.
 */
final class Estargz implements Table {
  private static final byte[] NAME = "stargz.index.json".getBytes(StandardCharsets.US_ASCII);
  private static final String MAGIC = "STARGZ";
  private static final int DIGITS = 16;

  /** A gzip header with an extra field begins so, whatever time and system it names. */
  private static final byte[] GZIP_WITH_EXTRA = {0x1f, (byte) 0x8b, 8, 4};

  /** Gzip header, length of the extra field; then the extra field; empty block, CRC and length. */
  private static final int BEFORE_EXTRA = 12;

  private static final int AFTER_EXTRA = 13;
  private static final int EXTRA_BYTES = DIGITS + MAGIC.length();
  private static final int SUBFIELD_BYTES = 4;
  private static final int FOOTER_BYTES = BEFORE_EXTRA + SUBFIELD_BYTES + EXTRA_BYTES + AFTER_EXTRA;
  private static final int LEGACY_FOOTER_BYTES = BEFORE_EXTRA + EXTRA_BYTES + AFTER_EXTRA;

  private static final long SPAN_BYTES = 1L << 20;

  /** The tar that the member holds, from {@link LayerDecoder#HISTORY_BYTES} on. */
  private byte[] tar = new byte[1 << 20];

  private int end = LayerDecoder.HISTORY_BYTES;
  private final long offset;
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private byte[] json = {};

  private Estargz(long offset) {
    this.offset = offset;
  }

  /**
   * Reads the table.
   *
   * @param vouched the digest that it must have
   */
  static Estargz read(BlobSource blob, Digest vouched, Limits limits) throws IOException {
    Estargz table = new Estargz(place(blob));
    table.decode(blob);
    TarEntry entry = table.entry(limits);
    int from = LayerDecoder.HISTORY_BYTES + (int) entry.dataPos();
    table.json = Arrays.copyOfRange(table.tar, from, from + (int) entry.size());
    Unusable.unlessVouched(table.json, vouched);
    return table;
  }

  /** Where the member of the table begins. */
  private static long place(BlobSource blob) throws IOException {
    int length = (int) Math.min(FOOTER_BYTES, blob.size());
    byte[] last = new byte[length];
    blob.readFully(blob.size() - length, last, 0, length);
    @Nullable String extra = extra(last, FOOTER_BYTES, SUBFIELD_BYTES);
    if (extra == null) {
      extra = extra(last, LEGACY_FOOTER_BYTES, 0);
    }
    if (extra == null) {
      throw Unusable.because("the layer has not the footer of eStargz");
    }
    long place;
    try {
      place = Long.parseLong(extra, 0, DIGITS, 16);
    } catch (NumberFormatException e) {
      throw Unusable.because("the footer names no place");
    }
    Unusable.unless(place > 0 && place < blob.size() - length, "it lies outside the layer");
    Unusable.unless(
        blob.size() - place <= Unusable.MAX_TABLE_BYTES, "it is longer than any that is read");
    return place;
  }

  /** The extra field of a footer of so many bytes; null when there is none. */
  private static @Nullable String extra(byte[] last, int footerBytes, int subfieldBytes) {
    int from = last.length - footerBytes;
    if (from < 0
        || !Arrays.equals(last, from, from + 4, GZIP_WITH_EXTRA, 0, 4)
        || ((last[from + 10] & 0xff) | ((last[from + 11] & 0xff) << 8))
            != subfieldBytes + EXTRA_BYTES) {
      return null;
    }
    String extra =
        new String(
            last, from + BEFORE_EXTRA + subfieldBytes, EXTRA_BYTES, StandardCharsets.US_ASCII);
    return extra.endsWith(MAGIC) ? extra : null;
  }

  private void decode(BlobSource blob) throws IOException {
    long[] pos = {offset};
    LayerDecoder.Input input =
        (dst, off, len) -> {
          int n = (int) Math.min(len, blob.size() - pos[0]);
          if (n == 0) {
            return -1;
          }
          blob.readFully(pos[0], dst, off, n);
          pos[0] += n;
          return n;
        };
    blob.expect(offset, blob.size() - offset);
    try (LayerDecoder decoder =
        LayerCodec.decoder(Compression.GZIP, input, SPAN_BYTES, checkpoints::add)) {
      while (true) {
        if (tar.length - end < SPAN_BYTES / 2) {
          Unusable.unless(
              tar.length < Unusable.MAX_TABLE_BYTES, "it is longer than any that is read");
          tar = Arrays.copyOf(tar, 2 * tar.length);
        }
        int decoded = decoder.decode(tar, end, tar.length - LayerDecoder.SLACK_BYTES);
        if (decoded < 0) {
          return;
        }
        end = decoded;
      }
    }
  }

  private TarEntry entry(Limits limits) throws IOException {
    TarEntry entry = new TarReader(new Bytes(tar, end), limits).next();
    if (entry == null
        || entry.type() != TarEntry.Type.REGULAR
        || entry.sparse()
        || !Arrays.equals(entry.path(), NAME)
        || entry.size() > end - LayerDecoder.HISTORY_BYTES - entry.dataPos()) {
      throw Unusable.because("there is something else in its place");
    }
    return entry;
  }

  /** The decoded bytes, as the tar reader sees them. */
  private static final class Bytes implements TarInput {
    private final byte[] bytes;
    private final int end;
    private int at = LayerDecoder.HISTORY_BYTES;

    Bytes(byte[] bytes, int end) {
      this.bytes = bytes;
      this.end = end;
    }

    @Override
    public int read(byte[] dst, int off, int len) {
      if (at == end) {
        return -1;
      }
      int n = Math.min(len, end - at);
      System.arraycopy(bytes, at, dst, off, n);
      at += n;
      return n;
    }

    @Override
    public long skip(long n) {
      int step = (int) Math.min(n, end - at);
      at += step;
      return step;
    }

    @Override
    public long position() {
      return (long) at - LayerDecoder.HISTORY_BYTES;
    }
  }

  @Override
  public Compression compression() {
    return Compression.GZIP;
  }

  @Override
  public byte[] json() {
    return json;
  }

  @Override
  public long contentEnd() {
    return offset;
  }

  /** Adds the member of the table with its header and all: its bytes are known. */
  @Override
  public void addRest(TableWriter writer) throws IOException {
    writer.addFile(entry(Limits.DEFAULT));
    int base = LayerDecoder.HISTORY_BYTES;
    for (int i = 0; i < checkpoints.size(); i++) {
      Checkpoint at = checkpoints.get(i);
      int from = base + (int) at.outPos();
      int to = i + 1 < checkpoints.size() ? base + (int) checkpoints.get(i + 1).outPos() : end;
      if (to > from) {
        Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
        hasher.update(tar, from, to - from);
        writer.addSpan(at, offset, to - from, hasher.bytes());
      }
    }
  }
}
