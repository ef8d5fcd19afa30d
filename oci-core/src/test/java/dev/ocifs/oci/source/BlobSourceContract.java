package dev.ocifs.oci.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every blob does, wherever its bytes come from. */
public abstract class BlobSourceContract {
  private static final byte GUARD = 0x5a;

  /** A blob with this content; the test closes it. */
  protected abstract BlobSource open(byte[] content) throws Exception;

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private interface Read {
    void read(long pos, byte[] dst, int off, int len) throws IOException;
  }

  private static void checkRange(Read read, byte[] content, int pos, int len) throws IOException {
    byte[] dst = new byte[len + 20];
    Arrays.fill(dst, GUARD);
    read.read(pos, dst, 10, len);
    assertThat(Arrays.copyOfRange(dst, 10, 10 + len))
        .as("%d bytes from %d", len, pos)
        .isEqualTo(Arrays.copyOfRange(content, pos, pos + len));
    assertThat(Arrays.copyOf(dst, 10)).containsOnly(GUARD);
    assertThat(Arrays.copyOfRange(dst, 10 + len, len + 20)).containsOnly(GUARD);
  }

  @Test
  void anyRangeHasItsBytes() throws Exception {
    byte[] content = content(1_000_003);
    Random random = new Random(3);
    try (BlobSource blob = open(content)) {
      assertThat(blob.size()).isEqualTo(content.length);
      for (int i = 0; i < 200; i++) {
        int pos = random.nextInt(content.length);
        int len = random.nextInt(Math.min(200_000, content.length - pos) + 1);
        checkRange(random.nextBoolean() ? blob::readFully : blob::readOnce, content, pos, len);
      }
      checkRange(blob::readFully, content, 0, content.length);
      checkRange(blob::readOnce, content, 0, content.length);
      checkRange(blob::readFully, content, content.length, 0);
    }
  }

  @Test
  void aPassGetsEveryByte() throws Exception {
    byte[] content = content(700_001);
    try (BlobSource blob = open(content)) {
      for (int pos = 0; pos < content.length; pos += 50_000) {
        checkRange(blob::readOnce, content, pos, Math.min(50_000, content.length - pos));
      }
    }
  }

  @Test
  void anEmptyBlobHasAnEmptyRange() throws Exception {
    try (BlobSource blob = open(new byte[0])) {
      assertThat(blob.size()).isZero();
      checkRange(blob::readFully, new byte[0], 0, 0);
      assertThatThrownBy(() -> blob.readFully(0, new byte[1], 0, 1))
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void rangesBeyondItsEndAreErrors() throws Exception {
    try (BlobSource blob = open(content(1000))) {
      byte[] dst = new byte[2000];
      long[][] ranges = {{0, 1001}, {999, 2}, {1001, 0}, {-1, 1}, {Long.MAX_VALUE, 5}};
      for (long[] range : ranges) {
        assertThatThrownBy(() -> blob.readFully(range[0], dst, 0, (int) range[1]))
            .as("%d bytes from %d", range[1], range[0])
            .isInstanceOf(OcifsException.class)
            .hasMessageContaining("1000 bytes");
        assertThatThrownBy(() -> blob.readOnce(range[0], dst, 0, (int) range[1]))
            .isInstanceOf(OcifsException.class);
        blob.expect(range[0], range[1]);
      }
    }
  }

  @Test
  void threadsReadAtOnce() throws Exception {
    byte[] content = content(3_000_000);
    try (BlobSource blob = open(content);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Callable<Boolean> reader =
          () -> {
            Random random = new Random(Thread.currentThread().threadId());
            for (int i = 0; i < 50; i++) {
              int pos = random.nextInt(content.length - 5000);
              blob.expect(pos, 5000);
              checkRange(blob::readFully, content, pos, 5000);
            }
            return true;
          };
      for (var result : threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> reader).toList())) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void nothingIsReadAfterItWasClosed() throws Exception {
    byte[] content = content(100_000);
    BlobSource blob = open(content);
    checkRange(blob::readFully, content, 10, 10);
    blob.close();
    assertThatThrownBy(() -> blob.readFully(10, new byte[10], 0, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    blob.close();
  }
}
