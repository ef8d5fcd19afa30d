package dev.ocifs.layerfs.index;

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
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The one pass over a layer's blob, which does everything at once: the blob's digest, decompression
 * with checkpoints, the diffID, the checksums of the spans, and the entries of the tar.
 *
 * <p>Three threads pass buffers on: one reads the blob and hashes it, one decodes, and the caller's
 * hashes the tar, reads it and writes the index. Both hashes run to the last byte, whatever stands
 * behind the end of the archive (rule 25). Memory does not depend on the layer. Used once.
 */
final class LayerPass {
  private static final int INPUT_BYTES = 256 * 1024;
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int AHEAD = 4;

  /** A piece of the blob. */
  private static final class Input {
    final byte[] bytes = new byte[INPUT_BYTES];
    int length;
  }

  /** A piece of the uncompressed layer, with the history that the decoder needs before it. */
  private static final class Chunk {
    final byte[] bytes =
        new byte[LayerDecoder.HISTORY_BYTES + CHUNK_BYTES + LayerDecoder.SLACK_BYTES];
    final List<Checkpoint> checkpoints = new ArrayList<>();
    long pos;
    int end;
  }

  private final BlobSource blob;
  private final Compression compression;
  private final Digest diffId;
  private final Limits limits;
  private final LongConsumer progress;
  private final boolean plainSpans;
  private final long spanBytes;
  private final boolean spanDigests;
  private final @Nullable TarFindings findings;
  private final Hasher blobHasher;
  private final Conveyor<Input> inputs = new Conveyor<>(AHEAD);
  private final Conveyor<Input> freeInputs = new Conveyor<>(AHEAD + 2);
  private final Conveyor<Chunk> chunks = new Conveyor<>(AHEAD);
  private final Conveyor<Chunk> freeChunks = new Conveyor<>(AHEAD + 2);

  /**
   * @param diffId what the image promises of the tar
   * @param plainSpans whether reads will go to an uncompressed copy, so that spans may begin
   *     anywhere
   * @param spanBytes how long spans should be, uncompressed
   * @param spanDigests whether the index is to have the digest of each span
   * @param progress told how many more bytes of the blob have been read
   * @param findings told of each entry, when somebody wants to know
   */
  LayerPass(
      BlobSource blob,
      Compression compression,
      Digest diffId,
      Digest.Algorithm algorithm,
      Limits limits,
      boolean plainSpans,
      long spanBytes,
      boolean spanDigests,
      LongConsumer progress,
      @Nullable TarFindings findings) {
    this.blob = blob;
    this.compression = compression;
    this.diffId = diffId;
    this.limits = limits;
    this.plainSpans = plainSpans;
    this.spanBytes = spanBytes;
    this.spanDigests = spanDigests;
    this.progress = progress;
    this.findings = findings;
    blobHasher = Hasher.of(algorithm);
  }

  /**
   * Goes over the blob.
   *
   * @param copy receives the uncompressed layer, when it is to be kept
   * @return what was found; digests are computed, and to be compared by the caller
   */
  LayerFacts run(LayerIndexWriter writer, @Nullable OutputStream copy) throws IOException {
    Thread reading = Thread.ofPlatform().name("ocifs-read").daemon().start(this::readBlob);
    Thread decoding = Thread.ofPlatform().name("ocifs-decode").daemon().start(this::decode);
    try {
      return consume(writer, copy);
    } finally {
      chunks.abandon();
      freeChunks.abandon();
      inputs.abandon();
      freeInputs.abandon();
      join(reading);
      join(decoding);
    }
  }

  private void readBlob() {
    try {
      for (int i = 0; i < AHEAD + 2; i++) {
        freeInputs.put(new Input());
      }
      long size = blob.size();
      for (long pos = 0; pos < size; ) {
        Input input = freeInputs.take();
        if (input == null) {
          return;
        }
        input.length = (int) Math.min(INPUT_BYTES, size - pos);
        blob.readOnce(pos, input.bytes, 0, input.length);
        blobHasher.update(input.bytes, 0, input.length);
        pos += input.length;
        progress.accept(input.length);
        inputs.put(input);
      }
      inputs.end();
    } catch (Throwable e) {
      inputs.fail(e);
    }
  }

  /** The blob as the decoder sees it. */
  private final class BlobInput implements LayerDecoder.Input {
    private @Nullable Input current;
    private int used;
    private long consumed;

    @Override
    public int read(byte[] dst, int off, int len) throws IOException {
      Input input = next();
      if (input == null) {
        return -1;
      }
      int n = Math.min(len, input.length - used);
      System.arraycopy(input.bytes, used, dst, off, n);
      used += n;
      consumed += n;
      return n;
    }

    /** Lets what the decoder did not want go by, so that it is hashed. */
    void drain() throws IOException {
      for (Input input = next(); input != null; input = next()) {
        used = input.length;
      }
    }

    private @Nullable Input next() throws IOException {
      if (current != null && used < current.length) {
        return current;
      }
      if (current != null) {
        freeInputs.put(current);
      }
      current = inputs.take();
      used = 0;
      return current;
    }
  }

  private void decode() {
    try {
      for (int i = 0; i < AHEAD + 2; i++) {
        freeChunks.put(new Chunk());
      }
      BlobInput input = new BlobInput();
      List<Checkpoint> found = new ArrayList<>();
      try (LayerDecoder decoder = LayerCodec.decoder(compression, input, spanBytes, found::add)) {
        // The chunk before waits until the next is decoded: it has the history of that one, and
        // checkpoints that lie in it come up to a window late.
        Chunk before = null;
        long pos = 0;
        while (true) {
          Chunk chunk = freeChunks.take();
          if (chunk == null) {
            return;
          }
          byte[] bytes = chunk.bytes;
          int from = LayerDecoder.HISTORY_BYTES;
          if (before != null) {
            System.arraycopy(before.bytes, before.end - from, bytes, 0, from);
          }
          int end = decoder.decode(bytes, from, bytes.length - LayerDecoder.SLACK_BYTES);
          chunk.pos = pos;
          for (Checkpoint checkpoint : found) {
            Chunk home = before != null && checkpoint.outPos() < pos ? before : chunk;
            home.checkpoints.add(checkpoint);
          }
          found.clear();
          if (before != null) {
            chunks.put(before);
          }
          if (end < 0) {
            break;
          }
          before = chunk;
          chunk.end = end;
          pos += end - from;
          limits.checkLayerBytes(pos, input.consumed);
        }
      }
      input.drain();
      chunks.end();
    } catch (Throwable e) {
      chunks.fail(e);
    }
  }

  private LayerFacts consume(LayerIndexWriter writer, @Nullable OutputStream copy)
      throws IOException {
    TarTap tap = new TarTap(writer, copy);
    TarReader reader = new TarReader(tap, limits);
    LayerEntry entry = new LayerEntry();
    for (TarEntry raw = reader.next(); raw != null; raw = reader.next()) {
      if (writer.entryCount() == limits.maxEntries()) {
        throw limits.tooManyEntries();
      }
      if (findings != null) {
        findings.check(raw);
      }
      TarEntries.copy(raw, entry);
      writer.add(entry);
    }
    tap.drain();
    return new LayerFacts(
        tap.hasher.digest(diffId),
        blobHasher.digest(),
        compression,
        blob.size(),
        tap.seen,
        writer.entryCount(),
        plainSpans,
        false);
  }

  /**
   * The uncompressed layer as the tar reader sees it; each chunk is hashed, copied and summed when
   * it comes.
   */
  private final class TarTap implements TarInput {
    private final LayerIndexWriter writer;
    private final @Nullable OutputStream copy;
    private final TarHasher hasher = new TarHasher(Digest.Algorithm.SHA256);
    private final SpanSum sum = new SpanSum(spanDigests);
    private @Nullable Chunk current;
    private int used;
    private long position;
    private long seen;
    private long nextPlainSpan;
    private boolean inSpan;

    TarTap(LayerIndexWriter writer, @Nullable OutputStream copy) {
      this.writer = writer;
      this.copy = copy;
    }

    @Override
    public int read(byte[] dst, int off, int len) throws IOException {
      Chunk chunk = next();
      if (chunk == null) {
        return -1;
      }
      int n = Math.min(len, chunk.end - used);
      System.arraycopy(chunk.bytes, used, dst, off, n);
      used += n;
      position += n;
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long left = n;
      while (left > 0) {
        Chunk chunk = next();
        if (chunk == null) {
          break;
        }
        int step = (int) Math.min(left, chunk.end - used);
        used += step;
        position += step;
        left -= step;
      }
      return n - left;
    }

    @Override
    public long position() {
      return position;
    }

    void drain() throws IOException {
      skip(Long.MAX_VALUE);
      if (inSpan) {
        sum.end(writer);
      }
    }

    private @Nullable Chunk next() throws IOException {
      if (current != null && used < current.end) {
        return current;
      }
      if (current != null) {
        current.checkpoints.clear();
        freeChunks.put(current);
      }
      current = chunks.take();
      if (current != null) {
        used = LayerDecoder.HISTORY_BYTES;
        arrived(current);
      }
      return current;
    }

    private void arrived(Chunk chunk) throws IOException {
      int from = LayerDecoder.HISTORY_BYTES;
      int length = chunk.end - from;
      hasher.update(chunk.bytes, from, length);
      if (copy != null) {
        copy.write(chunk.bytes, from, length);
      }
      if (plainSpans) {
        chunk.checkpoints.clear();
        while (nextPlainSpan < chunk.pos + length) {
          chunk.checkpoints.add(Checkpoint.plain(nextPlainSpan));
          nextPlainSpan += spanBytes;
        }
      }
      int summed = from;
      for (Checkpoint checkpoint : chunk.checkpoints) {
        int at = from + (int) (checkpoint.outPos() - chunk.pos);
        if (inSpan) {
          sum.update(chunk.bytes, summed, at - summed);
          sum.end(writer);
        }
        writer.beginSpan(checkpoint);
        inSpan = true;
        summed = at;
      }
      sum.update(chunk.bytes, summed, chunk.end - summed);
      seen += length;
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
