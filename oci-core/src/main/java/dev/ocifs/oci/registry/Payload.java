package dev.ocifs.oci.registry;

import dev.ocifs.oci.source.BlobInputStream;
import dev.ocifs.oci.source.BlobSource;
import dev.ocifs.oci.source.RangeBlob;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What a request carries: bytes that can be sent again, and how many of them have gone. */
final class Payload {
  private final long length;
  private final Supplier<InputStream> source;
  private final AtomicLong sent = new AtomicLong();

  private Payload(long length, Supplier<InputStream> source) {
    this.length = length;
    this.source = source;
  }

  static Payload of(byte[] bytes) {
    return new Payload(bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  /** A range of a blob, which stays the caller's. */
  static Payload of(BlobSource blob, long pos, long length) {
    RangeBlob range = new RangeBlob(blob, pos, length, "upload");
    return new Payload(length, () -> new BlobInputStream(range));
  }

  /** Sends from the start, whatever went before. */
  BodyPublisher publisher() {
    if (length == 0) {
      return BodyPublishers.noBody();
    }
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> new Counting(source.get())), length);
  }

  /** Bytes handed to the connection so far, in all attempts. */
  long sentBytes() {
    return sent.get();
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] dst, int off, int len) throws IOException {
      int n = super.read(dst, off, len);
      sent.addAndGet(Math.max(n, 0));
      return n;
    }
  }
}
