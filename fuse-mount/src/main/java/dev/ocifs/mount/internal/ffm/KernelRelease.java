package dev.ocifs.mount.internal.ffm;

/**
 * A version of Linux, as far as it tells what a kernel can do.
 *
 * @param major first number
 * @param minor second number
 */
public record KernelRelease(int major, int minor) {
  /** Reads what uname(2) tells, as in "6.18.44-generic"; what is no number counts as 0. */
  public static KernelRelease parse(String release) {
    String[] parts = release.split("[^0-9]+", 3);
    return new KernelRelease(number(parts, 0), number(parts, 1));
  }

  private static int number(String[] parts, int i) {
    return i < parts.length && parts[i].matches("[0-9]{1,6}") ? Integer.parseInt(parts[i]) : 0;
  }

  public boolean isAtLeast(KernelRelease other) {
    return major != other.major ? major > other.major : minor >= other.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
