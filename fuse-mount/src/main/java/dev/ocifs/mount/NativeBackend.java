package dev.ocifs.mount;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;

/**
 * One way to let the kernel serve an image alone, from files: no process has to stay, and nothing
 * of this one is asked when files are read. Found as a service by {@link Mounter}.
 *
 * <p>Such a mount shows itself to all users, by the permission bits of the image.
 */
public interface NativeBackend {

  /** The name that {@link MountOptions#backend} chooses it by. */
  String name();

  /**
   * Returns when this machine lets it work, as far as can be told without mounting.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  void check() throws OcifsException;

  /**
   * Returns when the files that it needs of this image are there.
   *
   * @throws OcifsException of the kind MOUNT, with a hint
   */
  void check(ImageView view) throws IOException;

  /**
   * Mounts; returns when the directory shows the tree. The view is needed no more then. The
   * directory has passed {@link MountPoint#checkPlace}.
   */
  void mount(MountRequest request) throws IOException;
}
