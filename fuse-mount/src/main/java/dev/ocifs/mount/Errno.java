package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;

/**
 * The numbers by which the kernel names errors, and which of them answers which failure: the only
 * such table.
 *
 * <p>Source: Linux include/uapi/asm-generic/errno-base.h and errno.h.
 */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int EROFS = 30;
  public static final int ERANGE = 34;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int ENODATA = 61;
  public static final int EPROTO = 71;
  public static final int EOPNOTSUPP = 95;
  public static final int ECONNABORTED = 103;
  public static final int ENOTCONN = 107;

  private Errno() {}

  /**
   * The answer to a request that failed.
   *
   * <p>The image holds what was asked for, or the request would not have come: so whatever keeps it
   * from being served, damage to the store or a source that has gone, is an input or output error
   * and never "no such file" or "permission denied", which would speak of the image. A request for
   * something that an inode does not have is invalid.
   */
  public static int of(Throwable failure) {
    if (failure instanceof OcifsException e) {
      return switch (e.kind()) {
        case USAGE -> EINVAL;
        case UNSUPPORTED -> EOPNOTSUPP;
        case NOT_FOUND, INVALID_IMAGE, MISMATCH, LIMIT, STORE, MOUNT, IO, DENIED, REMOTE -> EIO;
      };
    }
    if (failure instanceof OutOfMemoryError) {
      return ENOMEM;
    }
    return failure instanceof IllegalArgumentException ? EINVAL : EIO;
  }
}
