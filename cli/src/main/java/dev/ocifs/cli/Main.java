package dev.ocifs.cli;

/** Where the process begins. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int code = Ocifs.run(Console.system(), args);
    // Not a return: a thread of some library must not keep a finished command alive.
    System.exit(code);
  }
}
