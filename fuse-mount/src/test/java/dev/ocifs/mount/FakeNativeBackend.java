package dev.ocifs.mount;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.internal.ffm.MountCall;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;

/**
 * A native backend whose mounts show nothing, of a file system that every kernel has. For root; to
 * be had by its name alone.
 */
public final class FakeNativeBackend implements NativeBackend {
  static final String NAME = "fake";

  /** Found by {@link java.util.ServiceLoader}. */
  public FakeNativeBackend() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check() {}

  @Override
  public void check(ImageView view) throws OcifsException {
    if (!(view instanceof Willing)) {
      throw new OcifsException(Kind.MOUNT, "is for one test alone");
    }
  }

  /** A view that may be mounted so: it must not be what others get when they do not care. */
  static final class Willing extends FakeImageView {}

  @Override
  public void mount(MountRequest request) throws OcifsException {
    int errno = MountCall.mount("fake", request.dir(), "tmpfs", MountCall.MS_RDONLY, "size=4k");
    if (errno != 0) {
      throw new OcifsException(Kind.MOUNT, "mount(2) gives errno " + errno);
    }
  }
}
