package dev.ocifs.mount.server;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A command line for a server.
 *
 * <p>On the wire it is one frame of UTF-8 texts, each ended by a NUL: the version of the protocol,
 * the directory, "terminal" or nothing, the number of variables, each of these as NAME=VALUE, and
 * the arguments.
 *
 * @param directory what relative paths start from; absolute
 * @param terminal whether the client's standard error is a terminal
 * @param variables those of the client's environment that the command needs; may hold secrets
 * @param arguments the command line without the name of the program
 */
public record ServerRequest(
    Path directory, boolean terminal, Map<String, String> variables, List<String> arguments) {
  private static final String PROTOCOL = "ocifs ";
  private static final String VERSION = PROTOCOL + "2";
  private static final String TERMINAL = "terminal";
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,4}");
  private static final int FIRST_VARIABLE = 4;

  public ServerRequest {
    variables = Map.copyOf(variables);
    arguments = List.copyOf(arguments);
  }

  /** A command line that needs no variables. */
  public ServerRequest(Path directory, boolean terminal, List<String> arguments) {
    this(directory, terminal, Map.of(), arguments);
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    text.append(VERSION).append('\0').append(directory).append('\0');
    text.append(terminal ? TERMINAL : "").append('\0').append(variables.size()).append('\0');
    variables.forEach((name, value) -> text.append(name).append('=').append(value).append('\0'));
    for (String argument : arguments) {
      text.append(argument).append('\0');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a frame.
   *
   * @throws OcifsException {@code MOUNT} when it is of another version
   * @throws IOException when it is no request
   */
  static ServerRequest decode(byte[] frame) throws IOException {
    String text = new String(frame, StandardCharsets.UTF_8);
    if (!text.endsWith("\0")) {
      throw new IOException("the request is cut off");
    }
    List<String> parts = List.of(text.substring(0, text.length() - 1).split("\0", -1));
    if (!parts.get(0).equals(VERSION)) {
      throw parts.get(0).startsWith(PROTOCOL) ? otherVersion() : new IOException("no request");
    }
    if (parts.size() < FIRST_VARIABLE || !COUNT.matcher(parts.get(3)).matches()) {
      throw new IOException("the request is cut off");
    }
    int firstArgument = FIRST_VARIABLE + Integer.parseInt(parts.get(3));
    if (firstArgument > parts.size()) {
      throw new IOException("the request has fewer variables than it says");
    }
    Map<String, String> variables = new HashMap<>();
    for (String variable : parts.subList(FIRST_VARIABLE, firstArgument)) {
      int equals = variable.indexOf('=');
      if (equals < 1) {
        throw new IOException("the request has a variable without a name");
      }
      variables.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return new ServerRequest(
        directory(parts.get(1)),
        parts.get(2).equals(TERMINAL),
        variables,
        parts.subList(firstArgument, parts.size()));
  }

  private static Path directory(String text) throws IOException {
    try {
      Path directory = Path.of(text);
      if (!directory.isAbsolute()) {
        throw new IOException("the request's directory is relative");
      }
      return directory;
    } catch (InvalidPathException e) {
      throw new IOException("the request's directory is no path", e);
    }
  }

  private static OcifsException otherVersion() {
    return new OcifsException(
            OcifsException.Kind.MOUNT, "the server of this store is another version of ocifs")
        .hint("unmount what it serves, and it ends");
  }

  /** Without the values of variables. */
  @Override
  public String toString() {
    return "ServerRequest["
        + directory
        + (terminal ? ", terminal, " : ", ")
        + new TreeSet<>(variables.keySet())
        + ", "
        + arguments
        + "]";
  }
}
