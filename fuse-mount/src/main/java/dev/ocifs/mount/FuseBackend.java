package dev.ocifs.mount;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** One way to speak the kernel's FUSE protocol; found as a service by {@link Mounter}. */
public interface FuseBackend {

  /** The name that {@link MountOptions#backend} chooses it by. */
  String name();

  /**
   * Returns when this machine lets it work, as far as can be told without mounting.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  void check() throws OcifsException;

  /** Does what the first mount would have to wait for, as loading libraries. */
  default void prepare() {}

  /**
   * Mounts and serves; returns when the directory shows the tree. The mount is of the type {@link
   * MountTable#TYPE}. The directory has passed {@link MountPoint#check}.
   */
  Session start(MountRequest request) throws IOException;

  /** A mount under way. Thread-safe. */
  interface Session {
    /**
     * Completes when the mount has gone, whoever undid it, and no call to the view is under way any
     * more.
     */
    CompletableFuture<Void> ended();
  }
}
