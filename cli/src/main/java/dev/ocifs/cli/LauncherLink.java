package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The pipe to the launcher, which waits at its other end until a mount is there. A JVM that dies
 * closes it, so the launcher never waits in vain.
 */
final class LauncherLink {
  /** The number of the pipe's file descriptor is in this variable. */
  private static final String VARIABLE = "OCIFS_STATUS_FD";

  private final OutputStream pipe;

  private LauncherLink(OutputStream pipe) {
    this.pipe = pipe;
  }

  /**
   * The pipe, when a launcher waits. It is opened at once: to open a pipe that nobody reads any
   * more would take for ever.
   */
  static Optional<LauncherLink> find(Map<String, String> env) throws IOException {
    String fd = env.getOrDefault(VARIABLE, "");
    return fd.matches("[0-9]{1,4}")
        ? Optional.of(new LauncherLink(new FileOutputStream("/proc/self/fd/" + fd)))
        : Optional.empty();
  }

  /** Lets the launcher return to its caller, with an exit code. */
  void ready(int code) throws IOException {
    try (pipe) {
      pipe.write(("ready " + code + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT, "the launcher that waited for the mount has gone", e)
          .hint("mount again, or with --foreground");
    }
  }
}
