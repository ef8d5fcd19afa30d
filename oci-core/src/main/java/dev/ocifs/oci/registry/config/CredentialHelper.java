package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.registry.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A program {@code docker-credential-NAME} that keeps credentials: it gets the name of a registry
 * on its standard input and answers in JSON. It has a bounded time and may answer a bounded length;
 * nothing that it answers is printed, unless it is its message of an error. Thread-safe.
 *
 * <p>Source: protocol of docker-credential-helpers.
 */
final class CredentialHelper {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final JsonFactory JSON = new JsonFactory();

  /** Longest answer, in bytes: tokens of clouds have some thousands. */
  private static final int MAX_ANSWER_BYTES = 64 << 10;

  /** Longest message of an error that is repeated, in characters. */
  private static final int MAX_MESSAGE = 200;

  /** What stands for the user where the secret is an identity token. */
  private static final String TOKEN_USER = "<token>";

  private final Machine machine;
  private final String program;
  private final Duration timeout;

  private CredentialHelper(Machine machine, String program, Duration timeout) {
    this.machine = machine;
    this.program = program;
    this.timeout = timeout;
  }

  /**
   * The helper of a name as configuration gives it.
   *
   * @param timeout for one question; the user may have to unlock the keys in that time
   * @throws OcifsException {@code USAGE} when it is no name but a path or the like
   */
  static CredentialHelper named(Machine machine, String name, Duration timeout)
      throws OcifsException {
    if (!NAME.matcher(name).matches()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "'" + name + "' is no name of a credential helper")
          .hint("correct credHelpers, credsStore or credential-helpers");
    }
    return new CredentialHelper(machine, "docker-credential-" + name, timeout);
  }

  /** Where the program lies in {@code $PATH}. */
  Optional<Path> find() {
    for (String folder : machine.variable("PATH").orElse("").split(":", -1)) {
      try {
        Path path = Path.of(folder).resolve(program);
        if (path.isAbsolute() && Files.isRegularFile(path) && Files.isExecutable(path)) {
          return Optional.of(path);
        }
      } catch (InvalidPathException e) {
        // No folder can have that name.
      }
    }
    return Optional.empty();
  }

  /**
   * Asks for the credential of a registry.
   *
   * @throws OcifsException {@code USAGE} when the program is missing, {@code IO} when it fails
   */
  Optional<Credential> get(String host) throws OcifsException {
    Path path =
        find()
            .orElseThrow(
                () ->
                    new OcifsException(
                            OcifsException.Kind.USAGE, program + " is not in a folder of $PATH")
                        .hint("install it, or correct the configuration that names it"));
    for (String name : AuthKeys.helperNames(host)) {
      Optional<Credential> credential = ask(path, name);
      if (credential.isPresent()) {
        return credential;
      }
    }
    return Optional.empty();
  }

  private Optional<Credential> ask(Path path, String host) throws OcifsException {
    ProcessBuilder command =
        new ProcessBuilder(path.toString(), "get").redirectError(ProcessBuilder.Redirect.DISCARD);
    command.environment().clear();
    command.environment().putAll(machine.env());
    Process process;
    try {
      process = command.start();
    } catch (IOException e) {
      throw new OcifsException(OcifsException.Kind.IO, path + " cannot be started", e);
    }
    try {
      long deadline = System.nanoTime() + timeout.toNanos();
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      Thread reader = Thread.ofPlatform().daemon().unstarted(() -> readAll(process, answer));
      reader.start();
      write(process, host);
      byte[] bytes = answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (bytes.length > MAX_ANSWER_BYTES) {
        throw failed(host, "its answer is longer than " + MAX_ANSWER_BYTES + " bytes");
      }
      if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException();
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? credential(host, text) : refusal(host, text);
    } catch (TimeoutException e) {
      throw failed(host, "it has not answered for " + timeout.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw failed(host, "its answer cannot be read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(host, "interrupted");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void readAll(Process process, CompletableFuture<byte[]> answer) {
    try (InputStream in = process.getInputStream()) {
      answer.complete(in.readNBytes(MAX_ANSWER_BYTES + 1));
    } catch (IOException e) {
      answer.completeExceptionally(e);
    }
  }

  private static void write(Process process, String host) {
    try (OutputStream out = process.getOutputStream()) {
      out.write(host.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return; // it ended without asking: its answer says why
    }
  }

  private Optional<Credential> refusal(String host, String text) throws OcifsException {
    String message = text.strip();
    if (message.toLowerCase(Locale.ROOT).contains("credentials not found")) {
      return Optional.empty();
    }
    boolean printable =
        !message.isEmpty() && message.length() <= MAX_MESSAGE && message.indexOf('{') < 0;
    throw failed(host, printable ? message : "it gave no reason");
  }

  private Optional<Credential> credential(String host, String text) throws OcifsException {
    String user = "";
    String secret = "";
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw failed(host, "its answer is no JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING && name.equals("Username")) {
          user = json.getString();
        } else if (value == JsonToken.VALUE_STRING && name.equals("Secret")) {
          secret = json.getString();
        } else {
          json.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw failed(host, "its answer is not JSON"); // without the cause, which may quote it
    }
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    boolean token = user.equals(TOKEN_USER);
    return Optional.of(new Credential(token ? "" : user, secret, token));
  }

  private OcifsException failed(String host, String why) {
    return new OcifsException(OcifsException.Kind.IO, program + " for " + host + ": " + why)
        .hint("try: echo " + host + " | " + program + " get");
  }
}
