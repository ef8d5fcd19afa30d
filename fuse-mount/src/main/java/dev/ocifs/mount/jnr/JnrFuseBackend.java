package dev.ocifs.mount.jnr;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import java.util.Objects;
import jnr.ffi.LibraryLoader;

/** The backend "jnr": libfuse 2 by jnr-fuse, several threads a mount. Thread-safe. */
public final class JnrFuseBackend implements FuseBackend {
  private static final String LIBRARY = "libfuse.so.2";

  /** Loaded once, when it is first needed: that takes a tenth of a second. */
  private static final class Library {
    static final LibFuse2 LIBFUSE =
        LibraryLoader.create(LibFuse2.class).failImmediately().load(LIBRARY);
  }

  @Override
  public String name() {
    return "jnr";
  }

  @Override
  public void check() throws OcifsException {
    if (!Libc.hasLibrary(LIBRARY)) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT, "libfuse 2 (" + LIBRARY + ") is not installed")
          .hint("install the package libfuse2 (libfuse2t64 on newer systems), or run setup.sh");
    }
  }

  @Override
  public void prepare() {
    Objects.requireNonNull(Library.LIBFUSE);
  }

  @Override
  public Session start(MountRequest request) throws OcifsException {
    JnrSession session = new JnrSession(Library.LIBFUSE, request);
    session.start();
    return session;
  }
}
