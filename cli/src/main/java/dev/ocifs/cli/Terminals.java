package dev.ocifs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells what the file descriptors of this process are connected to. {@link System#console} cannot:
 * it answers for standard input and output together.
 */
final class Terminals {
  private static final int S_IFMT = 0xf000;
  private static final int S_IFIFO = 0x1000;
  private static final int S_IFSOCK = 0xc000;

  private Terminals() {}

  /** Whether the descriptor is a terminal; false where {@code /proc} does not say. */
  static boolean isTerminal(int fd) {
    String target;
    try {
      target = Files.readSymbolicLink(descriptor(fd)).toString();
    } catch (IOException e) {
      return false;
    }
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console");
  }

  /** Whether the descriptor leads to another process, which may stop reading. */
  static boolean isPipe(int fd) {
    try {
      int type = (Integer) Files.getAttribute(descriptor(fd), "unix:mode") & S_IFMT;
      return type == S_IFIFO || type == S_IFSOCK;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path descriptor(int fd) {
    return Path.of("/proc/self/fd", Integer.toString(fd));
  }
}
