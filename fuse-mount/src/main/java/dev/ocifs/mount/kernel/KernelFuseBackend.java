package dev.ocifs.mount.kernel;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Unmounter;
import dev.ocifs.mount.internal.ffm.KernelRelease;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.mount.internal.ffm.MountCall;
import dev.ocifs.oci.OcifsException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Set;

/** The backend "kernel": the FUSE protocol of Linux, spoken directly. Thread-safe. */
public final class KernelFuseBackend implements FuseBackend {
  private static final Logger LOG = System.getLogger("dev.ocifs.mount");

  /** Speaks {@link Init#OLDEST_MINOR_VERSION}. */
  static final KernelRelease OLDEST = new KernelRelease(5, 4);

  /** Where the constants of C in this package hold. */
  private static final Set<String> MACHINES = Set.of("amd64", "x86_64", "aarch64");

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public void check() throws OcifsException {
    String system = System.getProperty("os.name", "");
    String machine = System.getProperty("os.arch", "");
    if (!system.equals("Linux")
        || !MACHINES.contains(machine.toLowerCase(Locale.ROOT))
        || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT,
              "the kernel backend does not know " + system + " on " + machine)
          .hint("use --backend jnr");
    }
    KernelRelease release = KernelRelease.parse(System.getProperty("os.version", ""));
    if (!release.isAtLeast(OLDEST)) {
      throw new OcifsException(
              OcifsException.Kind.MOUNT,
              "the kernel backend needs Linux " + OLDEST + ", this is " + release)
          .hint("use --backend jnr");
    }
  }

  @Override
  public void prepare() {
    int ignored = MountCall.effectiveUser(); // links the calls
    KernelSession.heed(0);
    new Reply().clear();
  }

  @Override
  public Session start(MountRequest request) throws OcifsException {
    return serve(request, Mounting.mount(request));
  }

  /** Says why the kernel will not read files by itself although that was asked for. */
  private static void explain(MountRequest request, boolean wanted, Negotiation negotiation) {
    if (request.view().wholeFiles().isPresent() && !negotiation.passesThrough()) {
      LOG.log(
          request.options().debug() ? Level.INFO : Level.DEBUG,
          "no passthrough at "
              + request.dir()
              + (wanted ? ": this kernel has none, it came with Linux 6.9" : ": it is for root"));
    }
  }

  /** Serves over the device of a mount; undoes the mount when that fails. */
  static Session serve(MountRequest request, Device device) throws OcifsException {
    KernelSession session = new KernelSession(request, device);
    boolean serves = false;
    try {
      boolean passThrough = request.view().wholeFiles().isPresent() && Libc.isRoot();
      Negotiation negotiation = session.connect(passThrough);
      explain(request, passThrough, negotiation);
      int threads = request.options().threads();
      session.serve(
          negotiation, threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
      ReadAhead.raise(request.dir());
      serves = true;
      return session;
    } finally {
      if (!serves) {
        session.abandon();
        Unmounter.unmount(request.dir(), true);
      }
    }
  }
}
