package dev.ocifs.mount;

/**
 * How to mount an image; every mount is read-only.
 *
 * @param suid honour set-user-ID and set-group-ID bits of the image
 * @param dev honour device nodes of the image
 * @param allowOther let other users than the one who mounts see the tree, by its permission bits
 * @param debug let the library of the backend print what it does
 * @param backend name of the {@link FuseBackend}
 */
public record MountOptions(
    boolean suid, boolean dev, boolean allowOther, boolean debug, String backend) {

  /** Without set-ID bits and devices, for the mounting user alone, by the backend "jnr". */
  public static MountOptions defaults() {
    return new MountOptions(false, false, false, false, "jnr");
  }

  public MountOptions withSuid(boolean value) {
    return new MountOptions(value, dev, allowOther, debug, backend);
  }

  public MountOptions withDev(boolean value) {
    return new MountOptions(suid, value, allowOther, debug, backend);
  }

  public MountOptions withAllowOther(boolean value) {
    return new MountOptions(suid, dev, value, debug, backend);
  }

  public MountOptions withDebug(boolean value) {
    return new MountOptions(suid, dev, allowOther, value, backend);
  }

  public MountOptions withBackend(String value) {
    return new MountOptions(suid, dev, allowOther, debug, value);
  }
}
