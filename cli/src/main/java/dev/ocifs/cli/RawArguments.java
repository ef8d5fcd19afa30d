package dev.ocifs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gives the bytes that stood on the command line: paths in images are bytes, and the JVM has
 * replaced those that are not UTF-8.
 */
final class RawArguments {
  private static final char REPLACED = '\ufffd';

  private RawArguments() {}

  /** The bytes of an argument that the JVM has decoded. */
  static byte[] bytes(String argument) {
    if (argument.indexOf(REPLACED) >= 0) {
      try {
        return find(argument, Files.readAllBytes(Path.of("/proc/self/cmdline")));
      } catch (IOException e) {
        // then what the JVM made of it has to do
      }
    }
    return argument.getBytes(StandardCharsets.UTF_8);
  }

  /** The last of the words, which end in NUL, that would be decoded to this argument. */
  static byte[] find(String argument, byte[] commandLine) {
    List<byte[]> words = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        words.add(Arrays.copyOfRange(commandLine, from, i));
        from = i + 1;
      }
    }
    for (byte[] word : words.reversed()) {
      if (new String(word, StandardCharsets.UTF_8).equals(argument)) {
        return word;
      }
    }
    return argument.getBytes(StandardCharsets.UTF_8);
  }
}
