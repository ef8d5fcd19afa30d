package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever ends a command early into one line on standard error and an exit code; with {@code
 * --debug} the stack trace follows.
 */
final class Failure implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Console console;
  private final Ocifs ocifs;

  Failure(Console console, Ocifs ocifs) {
    this.console = console;
    this.ocifs = ocifs;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    return report(
        new OcifsException(OcifsException.Kind.USAGE, sentence(e, command))
            .hint("see " + command.qualifiedName() + " --help"));
  }

  private static String sentence(ParameterException e, CommandSpec command) {
    if (e instanceof UnmatchedArgumentException unmatched && command.parent() == null) {
      String word = unmatched.getUnmatched().get(0);
      if (!word.startsWith("-")) {
        return "there is no command '" + word + "'";
      }
    }
    String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
    return report(e);
  }

  /** Prints the line and returns the exit code. */
  int report(Throwable thrown) {
    Throwable e = unwrap(thrown);
    if (e instanceof StandardOutput.ReaderGone) {
      return ExitCode.BROKEN_PIPE;
    }
    console.message(line(e));
    if (ocifs.debug()) {
      e.printStackTrace(console.err());
    }
    return codeOf(e);
  }

  private static Throwable unwrap(Throwable thrown) {
    return thrown instanceof UncheckedIOException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** The error in one line. */
  static String line(Throwable e) {
    OcifsException known = explain(e);
    return known == null ? internal(e) : known.getMessage();
  }

  /** The exit code that the error ends a command with. */
  static int codeOf(Throwable e) {
    OcifsException known = explain(e);
    return known == null ? ExitCode.INTERNAL : ExitCode.of(known.kind());
  }

  private static String internal(Throwable e) {
    return Printable.escape(
        "unexpected: " + e + "; please report it with the output of the same command and --debug");
  }

  /** The error as one of ours; null when it is a fault of the program. */
  private static @org.jspecify.annotations.Nullable OcifsException explain(Throwable e) {
    if (e instanceof OcifsException ours) {
      return ours;
    }
    if (e instanceof NoSuchFileException) {
      return new OcifsException(
              OcifsException.Kind.NOT_FOUND, e.getMessage() + ": no such file or directory", e)
          .hint("check the path");
    }
    if (e instanceof AccessDeniedException) {
      return new OcifsException(OcifsException.Kind.IO, e.getMessage() + ": permission denied", e)
          .hint("run it as a user who may read it");
    }
    if (e instanceof FileSystemException file) {
      String reason = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
      return new OcifsException(OcifsException.Kind.IO, file.getFile() + ": " + reason, e)
          .hint("check the file and the disk it is on");
    }
    if (e instanceof IOException) {
      return new OcifsException(OcifsException.Kind.IO, String.valueOf(e.getMessage()), e)
          .hint("run it again with --debug to see where");
    }
    if (e instanceof OutOfMemoryError) {
      return new OcifsException(OcifsException.Kind.LIMIT, "out of memory", e)
          .hint("raise the heap, as with OCIFS_JAVA_OPTS=-Xmx512m");
    }
    return null;
  }
}
