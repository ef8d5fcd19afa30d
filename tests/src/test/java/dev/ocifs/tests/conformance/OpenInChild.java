package dev.ocifs.tests.conformance;

import java.io.IOException;
import java.nio.file.Path;

/** A process that opens an image and prints a number that tells its tree from others. */
final class OpenInChild {
  private OpenInChild() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println(Opened.listing(arguments[0], Path.of(arguments[1])).lines().hashCode());
  }
}
