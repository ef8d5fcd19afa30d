package dev.ocifs.mount.jnr;

import dev.ocifs.oci.OcifsException;
import java.nio.file.AccessDeniedException;

/** Error numbers of Linux, and the one table from exceptions to them. */
final class Errno {
  static final int ENOENT = 2;
  static final int EIO = 5;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EROFS = 30;
  static final int ERANGE = 34;
  static final int ENODATA = 61;
  static final int EOPNOTSUPP = 95;

  private Errno() {}

  /**
   * What a program is told about a failure: that the image cannot be served is EIO, whatever part
   * of it is damaged, lost or breaks a rule, since ENOENT would say that the image has no such
   * file.
   */
  static int of(Throwable failure) {
    if (failure instanceof OcifsException e) {
      return e.kind() == OcifsException.Kind.UNSUPPORTED ? EOPNOTSUPP : EIO;
    }
    if (failure instanceof AccessDeniedException) {
      return EACCES;
    }
    return failure instanceof OutOfMemoryError ? ENOMEM : EIO;
  }
}
