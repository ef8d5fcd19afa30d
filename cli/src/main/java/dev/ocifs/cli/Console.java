package dev.ocifs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a command reads and writes beside files: standard output and error, the environment and the
 * clock. Text is UTF-8 whatever the locale.
 *
 * @param out buffered; bytes, as {@code cat} needs them
 * @param err unbuffered, for messages and progress; may be written by several threads
 * @param nanoTime as {@link System#nanoTime}
 */
record Console(
    OutputStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Map<String, String> env,
    LongSupplier nanoTime) {

  /** Those of the process. */
  static Console system() {
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    return new Console(
        new StandardOutput(),
        System.err,
        Terminals.isTerminal(1),
        Terminals.isTerminal(2) && !dumb,
        System.getenv(),
        System::nanoTime);
  }

  /** Writes text and a line feed to standard output. */
  void println(String text) {
    try {
      out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a line to standard error, after the name of the program. */
  void message(String line) {
    byte[] bytes = ("ocifs: " + line + "\n").getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }
}
