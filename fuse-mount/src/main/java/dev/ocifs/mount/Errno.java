package dev.ocifs.mount;

/**
 * The numbers by which the kernel names errors, and which of them answers which failure: the only
 * such table.
 *
 * <p>Source: Linux include/uapi/asm-generic/errno-base.h and errno.h.
 */
public final class Errno {
  public static final int ENOENT = 2;
  public static final int EIO = 5;
  public static final int EINVAL = 22;
  public static final int ERANGE = 34;
  public static final int ENAMETOOLONG = 36;
  public static final int ENODATA = 61;

  private Errno() {}

  /**
   * The answer to a request that failed. Whatever goes wrong below a view is damage to the store or
   * to the source: an input or output error. A request for something that an inode does not have is
   * invalid.
   */
  public static int of(Throwable failure) {
    return failure instanceof IllegalArgumentException ? EINVAL : EIO;
  }
}
