package dev.ocifs.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints; the number comes from the jar's manifest. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"ocifs " + number()};
  }

  static String number() {
    String number = Version.class.getPackage().getImplementationVersion();
    return number == null ? "(not from a jar)" : number;
  }
}
