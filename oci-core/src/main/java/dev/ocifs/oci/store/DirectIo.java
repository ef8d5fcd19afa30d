package dev.ocifs.oci.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** What reading and writing past the page cache asks for: {@code O_DIRECT} of open(2). */
public final class DirectIo {
  /** File systems whose blocks are larger are not on a disk of this machine. */
  private static final long MAX_BLOCK_BYTES = 64 * 1024;

  private DirectIo() {}

  /**
   * The open option, by its name: the compiler warns of the class, which is in the module
   * jdk.unsupported.
   *
   * @throws UnsupportedOperationException when this Java has none
   */
  public static OpenOption option() {
    try {
      for (Object option :
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
        if (option.toString().equals("DIRECT")) {
          return (OpenOption) option;
        }
      }
    } catch (ClassNotFoundException e) {
      throw new UnsupportedOperationException("no O_DIRECT", e);
    }
    throw new UnsupportedOperationException("no O_DIRECT");
  }

  /**
   * The bytes that positions, lengths and addresses have to be multiples of, a power of two.
   *
   * @throws UnsupportedOperationException when they are too many to be worth it
   */
  public static int blockBytes(Path file) throws IOException {
    long bytes = Files.getFileStore(file).getBlockSize();
    if (bytes > MAX_BLOCK_BYTES || Long.bitCount(bytes) != 1) {
      throw new UnsupportedOperationException("blocks of " + bytes + " bytes");
    }
    return (int) bytes;
  }
}
