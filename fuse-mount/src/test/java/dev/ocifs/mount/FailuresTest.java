package dev.ocifs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void whateverKeepsContentFromBeingServedIsAnInputOutputError() {
    for (OcifsException.Kind kind : OcifsException.Kind.values()) {
      int expected =
          switch (kind) {
            case USAGE -> Errno.EINVAL;
            case UNSUPPORTED -> Errno.EOPNOTSUPP;
            default -> Errno.EIO;
          };
      assertThat(Errno.of(new OcifsException(kind, "x"))).as("%s", kind).isEqualTo(expected);
    }
    assertThat(Errno.of(new IOException())).isEqualTo(Errno.EIO);
    assertThat(Errno.of(new IllegalStateException())).isEqualTo(Errno.EIO);
    assertThat(Errno.of(new IllegalArgumentException())).isEqualTo(Errno.EINVAL);
    assertThat(Errno.of(new OutOfMemoryError())).isEqualTo(Errno.ENOMEM);
  }

  @Test
  void aRepeatedFailureIsLoggedOnceAndTheLogIsBounded() {
    List<String> lines = new ArrayList<>();
    Handler collector =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger log = Logger.getLogger("dev.ocifs.mount");
    log.addHandler(collector);
    log.setUseParentHandlers(false);
    try {
      Failures failures = new Failures("image");
      for (int i = 0; i < 50; i++) {
        assertThat(failures.errno(new IOException("bad \u001b[2J"))).isEqualTo(Errno.EIO);
      }
      assertThat(lines).containsExactly("mount of image: bad \\x1b[2J");
      for (int i = 0; i < 5000; i++) {
        assertThat(failures.errno(new IOException("number " + i))).isEqualTo(Errno.EIO);
      }
      assertThat(lines).hasSize(1000);
    } finally {
      log.removeHandler(collector);
      log.setUseParentHandlers(true);
    }
  }
}
