package dev.ocifs.mount;

/**
 * How to mount an image; every mount is read-only.
 *
 * @param suid honour set-user-ID and set-group-ID bits of the image
 * @param dev honour device nodes of the image
 * @param allowOther let other users than the one who mounts see the tree, by its permission bits
 * @param debug let the library of the backend print what it does, and say why a backend was not
 *     taken
 * @param backend name of the {@link FuseBackend}, or {@link #AUTO}
 * @param threads how many threads serve, where the backend lets that be chosen; 0 for one a core
 */
public record MountOptions(
    boolean suid, boolean dev, boolean allowOther, boolean debug, String backend, int threads) {
  /** The name for whichever backend is the fastest that works. */
  public static final String AUTO = "auto";

  public MountOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads);
    }
  }

  /** Without set-ID bits and devices, for the mounting user alone, by the fastest backend. */
  public static MountOptions defaults() {
    return new MountOptions(false, false, false, false, AUTO, 0);
  }

  public MountOptions withSuid(boolean value) {
    return new MountOptions(value, dev, allowOther, debug, backend, threads);
  }

  public MountOptions withDev(boolean value) {
    return new MountOptions(suid, value, allowOther, debug, backend, threads);
  }

  public MountOptions withAllowOther(boolean value) {
    return new MountOptions(suid, dev, value, debug, backend, threads);
  }

  public MountOptions withDebug(boolean value) {
    return new MountOptions(suid, dev, allowOther, value, backend, threads);
  }

  public MountOptions withBackend(String value) {
    return new MountOptions(suid, dev, allowOther, debug, value, threads);
  }

  public MountOptions withThreads(int value) {
    return new MountOptions(suid, dev, allowOther, debug, backend, value);
  }
}
