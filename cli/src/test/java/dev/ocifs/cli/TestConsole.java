package dev.ocifs.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A console in memory, with a clock that the test sets. */
final class TestConsole {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final AtomicLong clock = new AtomicLong();
  final Console console;

  private TestConsole(boolean terminal) {
    console =
        new Console(
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            terminal,
            Map.of(),
            clock::get);
  }

  static TestConsole terminal() {
    return new TestConsole(true);
  }

  static TestConsole pipe() {
    return new TestConsole(false);
  }

  /** Runs a command line and returns its exit code. */
  int run(String... args) {
    return Ocifs.run(console, args);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  void advanceMillis(long millis) {
    clock.addAndGet(millis * 1_000_000);
  }
}
