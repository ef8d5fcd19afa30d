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

  /** A class of jnr-fuse, whose jars may be left out. */
  private static final String CLASS = "ru.serce.jnrfuse.LibFuse";

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
    try {
      Class.forName(CLASS, false, JnrFuseBackend.class.getClassLoader());
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new OcifsException(OcifsException.Kind.MOUNT, "jnr-fuse is not on the class path", e)
          .hint(
              "put jnr-fuse and the jars that it needs back beside those of ocifs, or use"
                  + " --backend kernel");
    }
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
