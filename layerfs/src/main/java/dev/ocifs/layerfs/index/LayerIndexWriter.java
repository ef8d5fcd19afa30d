package dev.ocifs.layerfs.index;

import com.github.luben.zstd.Zstd;
import dev.ocifs.layerfs.codec.Checkpoint;
import dev.ocifs.layerfs.format.SectionedFileWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a layer index while the layer goes by: entries and spans in any interleaving, in memory
 * that depends on neither their number nor on the size of the layer but for 48 to 80 bytes a span.
 * Not thread-safe; the channel stays the caller's.
 */
public final class LayerIndexWriter {
  private static final int WINDOW_LEVEL = 2;

  /** A row of the span table; the checksum comes when the span ends. */
  private static final class Span {
    final long outPos;
    final long inBit;
    final long headerBit;
    final int kindAndStoredLeft;
    final int windowLength;
    final int windowStored;
    final long windowPos;
    int crc;
    byte @Nullable [] sha256;

    Span(Checkpoint at, int windowStored, long windowPos) {
      outPos = at.outPos();
      inBit = at.inBit();
      headerBit = at.headerBit();
      kindAndStoredLeft = at.storedLeft() << 8 | at.kind().ordinal();
      windowLength = at.window().length;
      this.windowStored = windowStored;
      this.windowPos = windowPos;
    }
  }

  private final SectionedFileWriter file;
  private final EntryEncoder entries = new EntryEncoder();
  private final ByteArrayOutputStream windows = new ByteArrayOutputStream();
  private final List<Span> spans = new ArrayList<>();
  private long entryCount;
  private long windowBytes;

  public LayerIndexWriter(FileChannel channel) throws IOException {
    file = new SectionedFileWriter(channel, LayerIndexFormat.FORMAT);
    entries.reset();
  }

  /** How many entries there are by now. */
  public long entryCount() {
    return entryCount;
  }

  /** Adds the next entry of the layer. */
  public void add(LayerEntry entry) throws IOException {
    entries.add(entry);
    entryCount++;
    if (entries.length() >= LayerIndexFormat.PIECE_BYTES) {
      flushEntries();
    }
  }

  /** Begins the span that decoding from here gives. */
  public void beginSpan(Checkpoint checkpoint) throws IOException {
    byte[] window = checkpoint.window();
    int stored = 0;
    if (window.length > 0) {
      byte[] packed = Zstd.compress(window, WINDOW_LEVEL);
      // A window that does not become smaller is stored as it is: equal lengths say so.
      byte[] kept = packed.length < window.length ? packed : window;
      windows.write(kept, 0, kept.length);
      stored = kept.length;
    }
    spans.add(new Span(checkpoint, stored, windowBytes));
    windowBytes += stored;
    if (windows.size() >= LayerIndexFormat.PIECE_BYTES) {
      flushWindows();
    }
  }

  /**
   * Ends the span that began last.
   *
   * @param sha256 its digest, for all spans of a layer or for none
   */
  public void endSpan(int crc32c, byte @Nullable [] sha256) {
    Span span = spans.get(spans.size() - 1);
    span.crc = crc32c;
    span.sha256 = sha256;
  }

  /** The longest span, in uncompressed bytes. */
  long longestSpan(long tarBytes) {
    long longest = 0;
    for (int i = 0; i < spans.size(); i++) {
      long end = i + 1 < spans.size() ? spans.get(i + 1).outPos : tarBytes;
      longest = Math.max(longest, end - spans.get(i).outPos);
    }
    return longest;
  }

  /** Writes what is left; the file is complete then. */
  public void finish(LayerFacts facts) throws IOException {
    flushEntries();
    flushWindows();
    file.begin(LayerIndexFormat.SPANS);
    for (Span span : spans) {
      file.putLong(span.outPos);
      file.putLong(span.inBit);
      file.putLong(span.headerBit);
      file.putLong(span.windowPos);
      file.putInt(span.windowStored);
      file.putInt(span.windowLength);
      file.putInt(span.kindAndStoredLeft);
      file.putInt(span.crc);
    }
    file.end();
    writeDigests();
    file.begin(LayerIndexFormat.FACTS);
    file.putLong(facts.blobBytes());
    file.putLong(facts.tarBytes());
    file.putLong(facts.entries());
    file.putInt(facts.compression().ordinal());
    file.putInt(
        (facts.kept() ? LayerIndexFormat.KEPT : 0)
            | (facts.virtual() ? LayerIndexFormat.VIRTUAL : 0));
    putText(facts.diffId().toString());
    putText(facts.blob().toString());
    file.end();
    file.finish();
  }

  private void writeDigests() throws IOException {
    if (spans.stream().noneMatch(span -> span.sha256 != null)) {
      return;
    }
    file.begin(LayerIndexFormat.SPAN_DIGESTS);
    for (Span span : spans) {
      byte[] sha256 = span.sha256;
      if (sha256 == null) {
        throw new IllegalStateException("a span without a digest");
      }
      file.put(sha256, 0, sha256.length);
    }
    file.end();
  }

  private void putText(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    file.putInt(bytes.length);
    file.put(bytes, 0, bytes.length);
    file.pad(4);
  }

  private void flushEntries() throws IOException {
    if (entries.length() > 0) {
      file.begin(LayerIndexFormat.ENTRIES);
      file.put(entries.bytes(), 0, entries.length());
      file.end();
      entries.reset();
    }
  }

  private void flushWindows() throws IOException {
    if (windows.size() > 0) {
      file.begin(LayerIndexFormat.WINDOWS);
      byte[] bytes = windows.toByteArray();
      file.put(bytes, 0, bytes.length);
      file.end();
      windows.reset();
    }
  }
}
