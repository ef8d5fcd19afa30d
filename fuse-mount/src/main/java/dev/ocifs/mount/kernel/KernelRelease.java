package dev.ocifs.mount.kernel;

/**
 * A version of Linux, as far as it tells what a kernel can do.
 *
 * @param major first number
 * @param minor second number
 */
record KernelRelease(int major, int minor) {
  /** Speaks {@link Init#OLDEST_MINOR_VERSION}. */
  static final KernelRelease OLDEST = new KernelRelease(5, 4);

  /** Reads what uname(2) tells, as in "6.18.44-generic"; what is no number counts as 0. */
  static KernelRelease parse(String release) {
    String[] parts = release.split("[^0-9]+", 3);
    return new KernelRelease(number(parts, 0), number(parts, 1));
  }

  private static int number(String[] parts, int i) {
    return i < parts.length && parts[i].matches("[0-9]{1,6}") ? Integer.parseInt(parts[i]) : 0;
  }

  boolean isAtLeast(KernelRelease other) {
    return major != other.major ? major > other.major : minor >= other.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
