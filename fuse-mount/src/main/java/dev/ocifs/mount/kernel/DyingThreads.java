package dev.ocifs.mount.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether a thread is about to end: a signal that kills it waits for it. See proc(5). */
final class DyingThreads {
  /** SIGKILL, which the kernel sends to each thread of a process that any signal ends. */
  private static final long SIGKILL = 1L << (9 - 1);

  private static final String PENDING = "SigPnd:";
  private static final String PENDING_OF_PROCESS = "ShdPnd:";

  private DyingThreads() {}

  /** Whether the thread of this number is one of them; not, when it cannot be seen. */
  static boolean contains(int thread) {
    return thread > 0 && contains(Path.of("/proc/" + thread + "/status"));
  }

  static boolean contains(Path status) {
    try {
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(PENDING) || line.startsWith(PENDING_OF_PROCESS)) {
          String set = line.substring(PENDING.length()).strip();
          if ((Long.parseUnsignedLong(set, 16) & SIGKILL) != 0) {
            return true;
          }
        }
      }
      return false;
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }
}
