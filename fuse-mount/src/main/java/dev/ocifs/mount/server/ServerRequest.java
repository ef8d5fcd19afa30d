package dev.ocifs.mount.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A command line for a server.
 *
 * <p>On the wire it is one frame of UTF-8 texts, each ended by a NUL: the version of the protocol,
 * the directory, "terminal" or nothing, and the arguments.
 *
 * @param directory what relative paths start from; absolute
 * @param terminal whether the client's standard error is a terminal
 * @param arguments the command line without the name of the program
 */
public record ServerRequest(Path directory, boolean terminal, List<String> arguments) {
  private static final String VERSION = "ocifs 1";
  private static final String TERMINAL = "terminal";

  public ServerRequest {
    arguments = List.copyOf(arguments);
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    text.append(VERSION).append('\0').append(directory).append('\0');
    text.append(terminal ? TERMINAL : "").append('\0');
    for (String argument : arguments) {
      text.append(argument).append('\0');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a frame.
   *
   * @throws IOException when it is no request of this version
   */
  static ServerRequest decode(byte[] frame) throws IOException {
    String text = new String(frame, StandardCharsets.UTF_8);
    if (!text.endsWith("\0")) {
      throw new IOException("the request is cut off");
    }
    String[] parts = text.substring(0, text.length() - 1).split("\0", -1);
    if (parts.length < 3 || !parts[0].equals(VERSION)) {
      throw new IOException("the request is not of the version that this server speaks");
    }
    try {
      Path directory = Path.of(parts[1]);
      if (!directory.isAbsolute()) {
        throw new IOException("the request's directory is relative");
      }
      return new ServerRequest(
          directory, parts[2].equals(TERMINAL), Arrays.asList(parts).subList(3, parts.length));
    } catch (InvalidPathException e) {
      throw new IOException("the request's directory is no path", e);
    }
  }
}
