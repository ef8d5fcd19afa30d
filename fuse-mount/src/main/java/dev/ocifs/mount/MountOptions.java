package dev.ocifs.mount;

/**
 * How a view is shown. Immutable.
 *
 * @param suid whether setuid bits work; for root alone
 * @param dev whether device files work; for root alone
 * @param allowOther whether other users see the mount; the kernel then checks the permissions of
 *     the files
 * @param debug whether every request is traced to the log
 */
public record MountOptions(boolean suid, boolean dev, boolean allowOther, boolean debug) {

  /** {@code nosuid,nodev}, for the user that mounts. */
  public static MountOptions defaults() {
    return new MountOptions(false, false, false, false);
  }

  public MountOptions withSuid(boolean value) {
    return new MountOptions(value, dev, allowOther, debug);
  }

  public MountOptions withDev(boolean value) {
    return new MountOptions(suid, value, allowOther, debug);
  }

  public MountOptions withAllowOther(boolean value) {
    return new MountOptions(suid, dev, value, debug);
  }

  public MountOptions withDebug(boolean value) {
    return new MountOptions(suid, dev, allowOther, value);
  }
}
