package dev.ocifs.oci.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ocifs.oci.OcifsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Another process that works on a store until it is told to go on. */
final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ChildProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(US_ASCII);
  }

  /** Starts it; it may write no file of more than 64 KiB. */
  static ChildProcess start(String task, Path root, Path target) throws IOException {
    return new ChildProcess(
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 64; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                ChildProcess.class.getName(),
                task,
                root.toString(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** The next line that it prints. */
  @Nullable String line() throws IOException {
    return output.readLine();
  }

  /** Lets it go on. */
  void proceed() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Ends it as a crash would, and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /** The child itself: {@code build} is what two processes do that want one index. */
  public static void main(String[] args) throws Exception {
    Store store = Store.open(Path.of(args[1]));
    Path target = Path.of(args[2]);
    if (args[0].equals("write")) {
      try (PendingFile pending = store.create(target)) {
        pending.write(ByteBuffer.wrap(new byte[100]));
        announce("written");
      }
      return;
    }
    if (args[0].equals("fill")) {
      try (PendingFile pending = store.create(target)) {
        pending.write(ByteBuffer.wrap(new byte[1 << 20]));
        announce("no error");
      } catch (OcifsException e) {
        announce(e.kind() + ": " + e.getMessage());
      }
      return;
    }
    BuildLock lock = store.lock("layer");
    try {
      boolean done = Files.exists(target);
      announce(done ? "found" : "building");
      if (!done) {
        try (PendingFile pending = store.create(target)) {
          pending.write(ByteBuffer.wrap("by the child".getBytes(US_ASCII)));
          pending.commit();
        }
      }
    } finally {
      lock.close();
    }
  }

  private static void announce(String line) throws IOException {
    System.out.println(line);
    System.out.flush();
    if (System.in.read() < 0) {
      throw new IOException("the parent is gone");
    }
  }
}
