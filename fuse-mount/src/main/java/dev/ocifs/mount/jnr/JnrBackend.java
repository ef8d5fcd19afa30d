package dev.ocifs.mount.jnr;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jnr.ffi.LibraryLoader;
import ru.serce.jnrfuse.LibFuse;

/**
 * Serves through libfuse 2's high-level interface, bound by jnr-fuse. Thread-safe.
 *
 * <p>libfuse runs several threads for each mount, so reads run in parallel. Names pass as bytes.
 */
public final class JnrBackend implements FuseBackend {
  private static final Path DEVICE = Path.of("/dev/fuse");

  /** Loaded when it is first needed: that takes a tenth of a second. */
  private static final class Library {
    static final LibFuse LIBFUSE =
        LibraryLoader.create(LibFuse.class).failImmediately().load("libfuse.so.2");

    /** Does nothing but make the class be loaded, and the library with it. */
    static void load() {}
  }

  @Override
  public String name() {
    return "jnr";
  }

  @Override
  public Optional<OcifsException> obstacle() {
    if (Files.notExists(DEVICE)) {
      return obstacle(
          "this machine has no " + DEVICE,
          "load the kernel module fuse, or give the container the device");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      return obstacle("no permission to open " + DEVICE, "as root: chmod 666 " + DEVICE);
    }
    try {
      if (!Unmounter.isRoot() && Unmounter.program("fusermount").isEmpty()) {
        return obstacle("there is no fusermount on this machine", "install the package fuse3");
      }
      Library.load();
      return Optional.empty();
    } catch (LinkageError e) {
      return obstacle(
          "libfuse.so.2 cannot be loaded",
          "install the package libfuse2 (libfuse2t64 on newer systems)");
    } catch (IOException e) {
      return obstacle("/proc cannot be read: " + e.getMessage(), "mount /proc");
    }
  }

  private static Optional<OcifsException> obstacle(String what, String advice) {
    return Optional.of(new OcifsException(OcifsException.Kind.MOUNT, what).hint(advice));
  }

  @Override
  public Session start(MountRequest request) throws IOException {
    JnrSession session = new JnrSession(Library.LIBFUSE, request);
    session.start();
    return session;
  }
}
