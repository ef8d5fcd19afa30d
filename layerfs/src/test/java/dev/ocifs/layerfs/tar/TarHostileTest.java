package dev.ocifs.layerfs.tar;

import static dev.ocifs.layerfs.tar.TarBytes.latin1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ocifs.layerfs.tar.TarBytes.Header;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tars that promise without end are refused after a bounded part of them. */
class TarHostileTest {

  /** What the longest sparse map may take: a million runs of an old map, 21 a block. */
  private static final long MAX_MAP_BYTES = 25_000_000;

  /** Begins as said, and then repeats one block for ever. */
  private static final class Endless implements TarInput {
    private final byte[] start;
    private final byte[] block;
    private long pos;

    Endless(byte[] start, byte[] block) {
      this.start = start;
      this.block = block;
    }

    @Override
    public int read(byte[] dst, int off, int len) {
      if (pos > 2 * MAX_MAP_BYTES && pos < Long.MAX_VALUE / 2) {
        throw new IllegalStateException("reads on and on");
      }
      byte[] from = pos < start.length ? start : block;
      int at = (int) (pos < start.length ? pos : (pos - start.length) % block.length);
      int n = Math.min(len, from.length - at);
      System.arraycopy(from, at, dst, off, n);
      pos += n;
      return n;
    }

    @Override
    public long skip(long n) {
      pos += n;
      return n;
    }

    @Override
    public long position() {
      return pos;
    }
  }

  static Stream<Arguments> endless() {
    byte[] zeros = new byte[512];
    byte[] digits = latin1("0".repeat(512));
    byte[] lines = latin1("0\n".repeat(256));
    byte[] extension = new byte[512];
    extension[504] = 1;
    long most = Long.MAX_VALUE - 8192;
    return Stream.of(
        Arguments.of("a long name of 8 EiB", big('L', most), zeros, 512),
        Arguments.of("a long link of 8 EiB", big('K', most), zeros, 512),
        Arguments.of("a PAX header of 8 EiB", big('x', most), zeros, 512),
        Arguments.of("a global header of 8 EiB", big('g', most), zeros, 512),
        Arguments.of("a PAX header just within the limit", big('x', 1 << 20), digits, 1 << 21),
        Arguments.of(
            "a sparse map whose extension never ends",
            new TarBytes().add(new Header("s", 'S').gnu().put(482, "\1")),
            extension,
            MAX_MAP_BYTES),
        Arguments.of("a number in a sparse map that never ends", sparse(most, ""), digits, 4096),
        Arguments.of(
            "a sparse map with all the runs there may be, for content that never ends",
            sparse(most, "1000000\n"),
            lines,
            MAX_MAP_BYTES),
        Arguments.of("a sparse map that counts too far", sparse(most, "1000001\n"), lines, 4096));
  }

  private static TarBytes big(char type, long size) {
    return new TarBytes().add(new Header("ext", type).base256(124, 12, size));
  }

  private static TarBytes sparse(long stored, String map) {
    return new TarBytes()
        .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "9")
        .add(new Header("s", '0').base256(124, 12, stored))
        .raw(latin1(map));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endless")
  void endsAtABound(String name, TarBytes start, byte[] block, long bound) {
    Endless in = new Endless(start.bytes(), block);
    TarReader reader = new TarReader(in, Limits.DEFAULT);
    OcifsException e = catchThrowableOfType(OcifsException.class, reader::next);
    assertThat(e).as(name).isNotNull();
    assertThat(e.kind())
        .isIn(
            OcifsException.Kind.INVALID_IMAGE,
            OcifsException.Kind.LIMIT,
            OcifsException.Kind.UNSUPPORTED);
    assertThat(in.position()).as(e.getMessage()).isLessThanOrEqualTo(bound);
  }
}
